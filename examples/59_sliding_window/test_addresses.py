"""Who a request is counted for: the address that it came from, and the word of trusted proxies."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

import main
from conftest import Clock, passes

PROXY = "10.0.0.1"
Behind = Callable[[str], Callable[[str], TestClient]]


@pytest.fixture
def trusting(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Behind:
    """Return a function that makes an app which trusts proxies, and gives clients of it."""

    def trust(proxies: str) -> Callable[[str], TestClient]:
        monkeypatch.setenv("TRUSTED_PROXIES", proxies)
        app = main.create_app(clock)
        return lambda address: TestClient(app, client=(address, 50_000))

    return trust


def spend(client: TestClient, *forwarded: str | bytes) -> None:
    """Send the ten requests of a client, with the `X-Forwarded-For` headers."""
    headers = [
        (b"x-forwarded-for", each if isinstance(each, bytes) else each.encode())
        for each in forwarded
    ]
    codes = [client.get("/api/expensive", headers=headers).status_code for _ in range(10)]
    assert codes == [200] * 10


@pytest.mark.parametrize("forged", ["203.0.113.{}", "203.0.113.{}, 192.0.2.1", "::{}"])
def test_nobody_gets_more_by_a_made_up_header(client: TestClient, forged: str) -> None:
    codes = [
        client.get("/api/expensive", headers={"X-Forwarded-For": forged.format(n)}).status_code
        for n in range(15)
    ]

    assert codes == [200] * 10 + [429] * 5


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counted"),
    [
        pytest.param(PROXY, ["203.0.113.9"], "203.0.113.9", id="one proxy"),
        pytest.param(PROXY, ["192.0.2.66, 203.0.113.9"], "203.0.113.9", id="forged on the left"),
        pytest.param("10.0.0.0/8", ["203.0.113.9, 10.7.7.7"], "203.0.113.9", id="a network"),
        pytest.param(
            " 10.0.0.1 ,2001:db8::/32,", ["203.0.113.9,2001:db8::5"], "203.0.113.9", id="a list"
        ),
        pytest.param(PROXY, ["192.0.2.66", "203.0.113.9"], "203.0.113.9", id="two headers"),
        pytest.param(
            "10.0.0.0/8", ["203.0.113.9", "10.0.0.2"], "203.0.113.9", id="the first of two"
        ),
        pytest.param("10.0.0.0/8", ["10.0.0.3, 10.0.0.2"], "10.0.0.3", id="all are trusted"),
        pytest.param(PROXY, ["203.0.113.9, 10.0.0.2"], "10.0.0.2", id="an untrusted proxy"),
        pytest.param(PROXY, ["2001:db8:1:2::9"], "2001:db8:1:2::1", id="IPv6"),
        pytest.param(PROXY, ["::ffff:203.0.113.9"], "203.0.113.9", id="IPv4 in IPv6"),
        pytest.param("", ["203.0.113.9"], PROXY, id="no proxy is trusted"),
        pytest.param("10.0.0.2", ["203.0.113.9"], PROXY, id="another proxy is trusted"),
    ],
)
def test_a_trusted_proxy_says_who_the_client_is(
    trusting: Behind, proxies: str, forwarded: list[str], counted: str
) -> None:
    at = trusting(proxies)
    spend(at(PROXY), *forwarded)

    assert passes(at(counted), 1) == 0
    assert passes(at("198.51.100.1"), 1) == 1


@pytest.mark.parametrize(
    "entry",
    [
        *("", " ", "unknown", "203.0.113.999", "203.0.113.9:443", "[::1]", "::1%", "1/8", ",,,"),
        *("203.0.113.9, ", "203.0.113.9, nonsense", "nonsense, 10.0.0.1", b"\xff\xfe", b"\xd9\xa1"),
        pytest.param("1" * 5000, id="5000 digits"),
    ],
)
def test_after_a_malformed_entry_the_last_good_address_counts(
    trusting: Behind, entry: str | bytes
) -> None:
    at = trusting(PROXY)
    spend(at(PROXY), entry)

    assert passes(at(PROXY), 1) == 0


@pytest.mark.parametrize(
    ("address", "same", "other"),
    [
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:2::1"),
        ("::ffff:192.0.2.7", "192.0.2.7", "::ffff:192.0.2.8"),
        ("fe80::1%eth0", "fe80::2%eth1", "2001:db8::1"),
        ("not an address", "not an address", "nor is this"),
    ],
)
def test_addresses_of_one_client_are_counted_together(
    trusting: Behind, address: str, same: str, other: str
) -> None:
    at = trusting("")
    spend(at(address))

    assert passes(at(same), 1) == 0
    assert passes(at(other), 1) == 1


@pytest.mark.parametrize(
    "proxies", ["*", "nonsense", "10.0.0.1, 300.0.0.1", "10.0.0.1/8", "::/129"]
)
def test_a_bad_list_of_proxies_stops_the_start(trusting: Behind, proxies: str) -> None:
    with pytest.raises(SystemExit, match=r"^The app cannot start\. TRUSTED_PROXIES: .+\.$"):
        trusting(proxies)
