"""What Prometheus and Grafana ask for is what the app counts."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from databases import LESSON
from gunicorns import Gunicorn
from servers import posix_only
from validators import program

RULES = LESSON / "prometheus" / "rules.yml"
DASHBOARDS = LESSON / "grafana" / "dashboards"
PROVISIONING = LESSON / "grafana" / "provisioning"

# What is no name of a metric: texts, labels, durations, functions, words of the language, numbers.
GROUPING = re.compile(r"\b(?:by|without|on|ignoring) *\(([^)]*)\)")
NO_NAME = re.compile(
    r"\"[^\"]*\"|\{[^}]*\}|\[[^]]*\]|\w+ *(?=\()|\b(?:and|or|unless)\b|\b[\d.]+\w*"
)
MATCHER = re.compile(r"[{,]\s*(\w+)\s*(?:=~|!~|!=|=)")
OF_PROMETHEUS = {"up"}, {"job", "instance"}


def metrics_in(query: str) -> set[str]:
    """Return the names of the metrics in a query."""
    rest = NO_NAME.sub(" ", GROUPING.sub(" ", query))
    return set(re.findall(r"[a-zA-Z_:][\w:]*", rest))


def labels_in(query: str) -> set[str]:
    """Return the names of the labels in a query."""
    grouped = " ".join(GROUPING.findall(query))
    return {*re.findall(r"\w+", grouped), *MATCHER.findall(query)}


def rules() -> list[dict[str, Any]]:
    """Return the rules of Prometheus."""
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    """Return the panels of all dashboards."""
    return [
        panel
        for path in DASHBOARDS.glob("*.json")
        for panel in json.loads(path.read_text())["panels"]
    ]


QUERIES = [rule["expr"] for rule in rules()]
QUERIES += [target["expr"] for panel in panels() for target in panel["targets"]]


@pytest.fixture
def numbers(behind: Gunicorn, socket_file: Path) -> str:
    """Give what the app shows to Prometheus."""
    behind.until(socket_file.exists)
    transport = httpx2.HTTPTransport(uds=str(socket_file))
    with httpx2.Client(base_url="http://localhost", transport=transport) as client:
        client.get("/health/live")
        return client.get("/metrics").text


@posix_only
@pytest.mark.parametrize("query", QUERIES)
def test_what_is_asked_for_is_counted(query: str, numbers: str) -> None:
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    there = set(re.findall(r"^(\w+)", numbers, re.MULTILINE)) | recorded | OF_PROMETHEUS[0]
    labels = set(MATCHER.findall(numbers)) | OF_PROMETHEUS[1]

    assert metrics_in(query)
    assert metrics_in(query) <= there
    assert labels_in(query) <= labels


def test_names_are_found_in_a_query() -> None:
    query = 'sum by (route, le) (rate(a_total{status=~"5..",job="x"}[5m])) / on(job) b:c > 0.5e3'
    assert metrics_in(query) == {"a_total", "b:c"}
    assert labels_in(query) == {"route", "le", "status", "job"}


@posix_only
def test_prometheus_can_read_what_is_shown(numbers: str) -> None:
    command = [program("promtool", "Debian's prometheus"), "check", "metrics"]
    for text, good in ((numbers, True), (numbers.replace("# TYPE ", "# TIPE ", 1) + "a b", False)):
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        assert (done.returncode == 0) is good, done.stderr


def test_grafana_knows_where_the_numbers_are() -> None:
    sources = yaml.safe_load((PROVISIONING / "datasources" / "prometheus.yml").read_text())
    known = {source["uid"] for source in sources["datasources"]}
    assert {panel["datasource"]["uid"] for panel in panels()} == known


def test_the_panels_do_not_lie_on_each_other() -> None:
    places = [panel["gridPos"] for panel in panels()]
    fields = [
        (x, y)
        for place in places
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(fields) == len(set(fields))
    assert max(x for x, _ in fields) < 24, "A dashboard has so many columns."
