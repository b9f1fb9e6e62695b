"""How many cores there are: what the control groups say, in the forms that Linux has."""

import os
from pathlib import Path

import pytest

from cores import quotas, usable_cores

ALL = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine(root: Path, own: str, files: dict[str, str]) -> Path:
    """Write what Linux would show of a machine: the groups of a process, and their limits."""
    for name, text in {"proc/self/cgroup": own, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")
    return root


TWO, ONE = "sys/fs/cgroup/", "sys/fs/cgroup/cpu/"


@pytest.mark.parametrize(
    ("own", "files", "limits"),
    [
        ("0::/", {f"{TWO}cpu.max": "150000 100000"}, [1.5]),
        ("0::/", {f"{TWO}cpu.max": "max 100000"}, []),
        ("0::/app", {f"{TWO}app/cpu.max": "50000 100000"}, [0.5]),
        ("0::/a/b", {f"{TWO}a/cpu.max": "100000 100000", f"{TWO}a/b/cpu.max": "max 1"}, [1]),
        ("0::/a/b", {f"{TWO}a/cpu.max": "100 100", f"{TWO}a/b/cpu.max": "200 100"}, [2, 1]),
        ("0::/not/mounted", {f"{TWO}cpu.max": "100000 100000"}, [1]),
        (
            "4:cpu,cpuacct:/docker/1",
            {f"{ONE}cpu.cfs_quota_us": "50000", f"{ONE}cpu.cfs_period_us": "100000"},
            [0.5],
        ),
        ("4:cpu:/", {f"{ONE}cpu.cfs_quota_us": "-1", f"{ONE}cpu.cfs_period_us": "100000"}, []),
        ("4:cpuset:/", {f"{ONE}cpu.cfs_quota_us": "1", f"{ONE}cpu.cfs_period_us": "1"}, []),
    ],
)
def test_a_quota_is_found(
    tmp_path: Path, own: str, files: dict[str, str], limits: list[float]
) -> None:
    assert list(quotas(machine(tmp_path, own, files))) == limits


def test_a_quota_leaves_whole_cores_and_at_least_one(tmp_path: Path) -> None:
    half = machine(tmp_path / "half", "0::/", {f"{TWO}cpu.max": "50000 100000"})
    many = machine(tmp_path / "many", "0::/", {f"{TWO}cpu.max": "99900000 100000"})

    assert usable_cores(half) == 1
    assert usable_cores(many) == ALL


def test_without_control_groups_affinity_decides(tmp_path: Path) -> None:
    assert usable_cores(tmp_path) == ALL
