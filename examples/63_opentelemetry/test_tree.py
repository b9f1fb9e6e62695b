"""The tree of spans of a request, and whose trace it is."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from fastapi.testclient import TestClient
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind, format_span_id, format_trace_id

from conftest import Memory
from services import Service

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = {"traceparent": f"00-{TRACE}-{CALLER}-01"}


def id_of(span: ReadableSpan) -> str:
    """Return the ID of a span, as it is written."""
    assert span.context
    return format_span_id(span.context.span_id)


def trace_of(span: ReadableSpan) -> str:
    """Return the ID of a span's trace, as it is written."""
    assert span.context
    return format_trace_id(span.context.trace_id)


def parent_of(span: ReadableSpan, spans: Sequence[ReadableSpan]) -> str:
    """Return the name of a span's parent, or what there is in place of one."""
    if span.parent is None:
        return "nothing: it begins a trace of its own"
    parent = format_span_id(span.parent.span_id)
    names = {id_of(each): each.name for each in spans}
    return names.get(parent, "a span of another service")


def test_the_query_hangs_below_the_operation(client: TestClient, memory: Memory) -> None:
    client.get("/items")
    query = memory.only(**{"db.query.text": "FROM items"})
    parent = parent_of(query, memory.get_finished_spans())

    assert parent == "list_items", (
        f"The span of the query hangs below {parent}. It should hang below list_items: "
        "the thread that ran the query was not given the context of the request"
    )


def test_all_spans_of_a_request_belong_to_the_trace_of_its_caller(
    client: TestClient, memory: Memory
) -> None:
    client.get("/items", headers=PARENT)
    strangers = [s.name for s in memory.get_finished_spans() if trace_of(s) != TRACE]

    assert not strangers, (
        f"{len(strangers)} spans are not in the trace that the caller began: {strangers}. "
        "Nobody who looks at this trace will see them"
    )


def test_the_call_hangs_below_the_operation_and_that_below_the_request(
    client: TestClient, memory: Memory
) -> None:
    client.get("/items")
    spans = memory.get_finished_spans()
    call, operation = memory.only(**{"url.full": "/stock"}), memory.only(name="list_items")
    request = memory.only(**{"http.route": "/items"})

    assert parent_of(call, spans) == "list_items"
    assert parent_of(operation, spans) == "GET /items"
    assert request.parent is None, "nobody asked for it in a trace"
    kinds = (request.kind, operation.kind, call.kind)
    assert kinds == (SpanKind.SERVER, SpanKind.INTERNAL, SpanKind.CLIENT)


def test_the_trace_of_the_caller_goes_on(client: TestClient, memory: Memory) -> None:
    answer = client.get("/items", headers=PARENT)
    request = memory.only(**{"http.route": "/items"})

    assert request.parent
    assert format_span_id(request.parent.span_id) == CALLER
    assert answer.headers["X-Trace-Id"] == TRACE


def test_the_trace_is_passed_on_with_the_call_as_the_parent(
    client: TestClient, memory: Memory, stock: Service
) -> None:
    client.get("/items", headers=PARENT)
    call = memory.only(**{"url.full": "/stock"})

    assert stock.asked_with == [f"00-{TRACE}-{id_of(call)}-01"]


def test_what_is_not_sampled_makes_no_spans_and_is_passed_on_as_such(
    client: TestClient, memory: Memory, stock: Service
) -> None:
    client.get("/items", headers={"traceparent": f"00-{TRACE}-{CALLER}-00"})
    spans = [span for span in memory.get_finished_spans() if trace_of(span) == TRACE]

    assert not spans
    assert stock.asked_with[0]
    version, trace, _, flags = stock.asked_with[0].split("-")
    assert (version, trace, flags) == ("00", TRACE, "00")


def test_a_malformed_parent_is_ignored(client: TestClient, memory: Memory) -> None:
    for value in ("", "00-0-0-01", f"ff-{TRACE}-{CALLER}-01", f"00-{'0' * 32}-{CALLER}-01"):
        memory.clear()
        answer = client.get("/items", headers={"traceparent": value})

        assert answer.status_code == 200
        assert memory.only(**{"http.route": "/items"}).parent is None


def test_each_of_many_calls_at_once_is_passed_on_in_its_own_trace(
    client: TestClient, stock: Service
) -> None:
    traces = [f"{number:032x}" for number in range(1, 21)]
    with ThreadPoolExecutor(8) as pool:
        headers = [{"traceparent": f"00-{trace}-{CALLER}-01"} for trace in traces]
        answers = list(pool.map(lambda each: client.get("/items", headers=each), headers))

    assert [answer.headers["X-Trace-Id"] for answer in answers] == traces
    assert sorted(each.split("-")[1] for each in stock.asked_with if each) == traces
