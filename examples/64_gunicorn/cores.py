"""How many cores this process may really use."""

import os
from collections.abc import Iterator
from pathlib import Path

MACHINE = Path("/")


def usable_cores(root: Path = MACHINE) -> int:
    """Return the whole cores that affinity and the quotas of control groups leave; at least one.

    `os.cpu_count()` says what the machine has. A container with `--cpus 2` on a machine with 64
    cores sees 64 there.
    """
    affinity = getattr(os, "sched_getaffinity", None)
    allowed = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, int(min([allowed, *quotas(root)])))


def quotas(root: Path) -> Iterator[float]:
    """Yield the limits, in cores, of this process's control group and of those around it.

    Linux has two versions: the first has two files, the second one file with two numbers.
    https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files
    """
    for controllers, group in own_groups(root):
        below = "" if controllers == "" else "cpu"
        if below in controllers.split(","):
            folder = root / "sys/fs/cgroup" / below
            inner = folder / group.lstrip("/")
            for place in [inner, *inner.parents]:
                if place.is_relative_to(folder):
                    yield from quota_in(place)


def own_groups(root: Path) -> Iterator[tuple[str, str]]:
    """Yield the control groups of this process: which controllers, and the path of the group."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:  # not Linux
        return
    for line in lines:
        _, controllers, group = line.split(":", 2)
        yield controllers, group


def quota_in(folder: Path) -> Iterator[float]:
    """Yield the limit that a control group's folder sets, if it sets one."""
    for names in (("cpu.max",), ("cpu.cfs_quota_us", "cpu.cfs_period_us")):
        try:
            quota, period = " ".join((folder / name).read_text() for name in names).split()
        except OSError:
            continue
        if quota not in ("max", "-1"):
            yield int(quota) / int(period)
