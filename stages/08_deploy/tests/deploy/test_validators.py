"""What we deploy with is well-formed: the programs that read these files say so."""

import re
from pathlib import Path

import pytest
from validators import CHECKS, copy_of_files, program, run

MISTAKES = [
    ("hadolint", "Dockerfile", "WORKDIR /build", "WORKDIR build"),
    ("hadolint", "Dockerfile", "python:3.12-slim AS", "python AS"),
    ("compose", "compose.yaml", "mem_limit:", "mem_limt:"),
    ("compose", "compose.yaml", "condition: service_healthy", "condition: service_healty"),
    ("compose", "compose.yaml", "[front, data, monitoring]", "[front, data, monitring]"),
    ("kubernetes", "k8s/deployment.yaml", "readinessProbe:", "readynessProbe:"),
    ("kubernetes", "k8s/migrate.yaml", "backoffLimit:", "backofLimit:"),
    ("systemd", "systemd/task-manager.service", "NoNewPrivileges=", "NoNewPriviledges="),
    ("systemd", "systemd/task-manager.service", "Type=notify", "Type=notfy"),
    ("prometheus.yml", "prometheus/prometheus.yml", "scrape_interval:", "scrape_intervall:"),
    ("rules.yml", "prometheus/rules.yml", "expr: up{", "expr: up{{"),
    ("rules_test.yml", "prometheus/rules.yml", "> 0.01", "> 0.1"),
    ("rules_test.yml", "prometheus/rules.yml", "for: 1m", "for: 10m"),
]


@pytest.mark.parametrize("name", CHECKS)
def test_the_files_are_good(name: str, tmp_path: Path) -> None:
    good, said = CHECKS[name](copy_of_files(tmp_path))
    assert good, said


@pytest.mark.parametrize(("name", "file", "right", "wrong"), MISTAKES)
def test_a_mistake_is_noticed(name: str, file: str, right: str, wrong: str, tmp_path: Path) -> None:
    copy = copy_of_files(tmp_path)
    text = (copy / file).read_text()
    assert right in text
    (copy / file).write_text(text.replace(right, wrong))

    good, _ = CHECKS[name](copy)
    assert not good


def exposure(unit: Path) -> float:
    """Return how exposed systemd takes a unit to be, from 0 to 10."""
    command = [program("systemd-analyze", "Debian's systemd"), "security", "--offline=true"]
    said = run(unit.parent, *command, "--no-pager", str(unit)).stdout
    found = re.search(r"Overall exposure level for .*: ([0-9.]+)", said)
    assert found, said
    return float(found[1])


def test_the_unit_may_do_little(tmp_path: Path) -> None:
    unit = copy_of_files(tmp_path) / "systemd" / "task-manager.service"
    assert exposure(unit) < 2

    unit.write_text(unit.read_text().replace("CapabilityBoundingSet=", ""))
    assert exposure(unit) > 2
