"""What the files say of the app, and of each other, agrees: limits, times, names, addresses."""

import re
import tomllib
from typing import Any

import pytest
import yaml
from databases import LESSON
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from app.core.config import Settings
from app.core.security import hashing
from app.db.init_db import FirstSuperuser
from app.main import create_app
from app.middleware import LARGEST_BODY, TOO_LARGE


def text(name: str) -> str:
    """Return the text of a file of this lesson."""
    return (LESSON / name).read_text()


def number(pattern: str, name: str) -> int:
    """Return the one number that is at this place of a file."""
    [found] = re.findall(pattern, text(name))
    return int(found)


COMPOSE: dict[str, Any] = yaml.safe_load(text("compose.yaml"))
SERVICES: dict[str, Any] = COMPOSE["services"]
POD: dict[str, Any] = yaml.safe_load(text("k8s/deployment.yaml"))["spec"]["template"]["spec"]
[CONTAINER] = POD["containers"]
[MIGRATION] = yaml.safe_load(text("k8s/migrate.yaml"))["spec"]["template"]["spec"]["containers"]
PAUSE: int = CONTAINER["lifecycle"]["preStop"]["sleep"]["seconds"]
UNIT = "systemd/task-manager.service"

LIMITS = {
    "compose": number(r"WEB_CONCURRENCY: 2\n(?:.*\n)*?    mem_limit: (\d+)m\n", "compose.yaml"),
    "k8s": int(CONTAINER["resources"]["limits"]["memory"].removesuffix("Mi")),
    "systemd": number(r"MemoryMax=(\d+)M", UNIT),
}
PATIENCE = {
    "compose": int(SERVICES["api"]["stop_grace_period"].removesuffix("s")),
    "k8s": POD["terminationGracePeriodSeconds"] - PAUSE,
    "systemd": number(r"TimeoutStopSec=(\d+)", UNIT),
}
ENVIRONMENTS = {
    "compose": set(SERVICES["api"]["environment"]) | set(SERVICES["migrate"]["environment"]),
    "k8s": {each["name"] for each in CONTAINER["env"]},
    "k8s, migrate": {each["name"] for each in MIGRATION["env"]},
    "systemd": set(re.findall(r"^Environment=(\w+)", text(UNIT), re.MULTILINE)),
    "Dockerfile": {"ENVIRONMENT", "BIND"},
}


@pytest.mark.parametrize(("place", "limit"), LIMITS.items())
def test_there_is_memory_for_all_hashes_at_once(place: str, limit: int) -> None:
    at_once = hashing._max_workers  # as many threads as may hash
    workers, hash_size, own, gunicorn = 2, 64, 150, 40
    assert limit >= workers * (at_once * hash_size + own) + gunicorn, place


@pytest.mark.parametrize(("place", "patience"), PATIENCE.items())
def test_nobody_kills_what_gunicorn_still_waits_for(place: str, patience: int) -> None:
    assert patience > number(r'"GRACEFUL_TIMEOUT", "(\d+)"', "gunicorn_conf.py"), place


def test_the_app_keeps_a_connection_longer_than_nginx() -> None:
    seconds = number(r"keepalive \d+;.*?(\d+) seconds", "nginx/nginx.conf")
    assert number(r"(?m)^keepalive = (\d+)", "gunicorn_conf.py") > seconds


def test_nginx_takes_as_much_as_the_app_and_says_the_same() -> None:
    assert number(r"client_max_body_size (\d+);", "nginx/nginx.conf") == LARGEST_BODY
    assert f'return 413 \'{{"detail":"{TOO_LARGE}"}}\'' in text("nginx/nginx.conf")


@pytest.mark.parametrize(("place", "names"), ENVIRONMENTS.items())
def test_each_variable_is_one_that_is_read(place: str, names: set[str]) -> None:
    settings = {name.upper() for name in {*Settings.model_fields, *FirstSuperuser.model_fields}}
    by_gunicorn = set(re.findall(r'os\.environ\.get\(\s*"(\w+)"', text("gunicorn_conf.py")))
    assert {name.removesuffix("_FILE") for name in names} <= settings | by_gunicorn, place


def test_nothing_listens_to_the_world() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)
    assert "unix:" in text(UNIT)


def test_compose_believes_the_proxy_alone() -> None:
    address = SERVICES["nginx"]["networks"]["front"]["ipv4_address"]
    assert SERVICES["api"]["environment"]["FORWARDED_ALLOW_IPS"] == address


def test_secrets_come_from_files_that_each_service_is_given() -> None:
    for name, service in SERVICES.items():
        files = {v for k, v in service.get("environment", {}).items() if k.endswith("_FILE")}
        assert files == {f"/run/secrets/{secret}" for secret in service.get("secrets", [])}, name


def test_what_compose_shows_to_a_container_is_there() -> None:
    volumes = [volume for service in SERVICES.values() for volume in service.get("volumes", [])]
    for source in (volume.partition(":")[0] for volume in volumes):
        assert source in COMPOSE["volumes"] or (LESSON / source).exists(), source


def test_probes_ask_for_addresses_that_exist() -> None:
    asked = set(re.findall(r"path: (/[\w/]+)", text("k8s/deployment.yaml")))
    asked |= set(re.findall(r"127\.0\.0\.1:8000(/[\w/]+)", text("Dockerfile")))
    asked |= set(re.findall(r"metrics_path: (/\w+)", text("prometheus/prometheus.yml")))
    assert asked == {"/health/live", "/health/ready", "/metrics"}
    assert asked <= set(create_app().openapi()["paths"])


def test_the_image_installs_what_the_app_needs_and_no_more() -> None:
    named = tomllib.loads(text("pyproject.toml"))["project"]["dependencies"]
    needed = {canonicalize_name(Requirement(each).name) for each in named}
    locked = set(re.findall(r"^([\w-]+)==", text("requirements.lock"), re.MULTILINE))
    assert needed <= locked
    assert not locked & {"pytest", "httpx2", "ruff"}
    assert text("requirements.lock").count("==") <= text("requirements.lock").count("--hash=")
