"""CPU, memory and bytes of whole processes, their descendants included.

CPU is user plus system time as the kernel counts it, so that another process on the machine disturbs little.
Commands that are compared run in turn, again and again, so that a slow minute hurts all of them alike.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

Command = Sequence[str]


class Failed(Exception):
    """A measured command ended with another code than 0; the text holds its last words."""


class Usage(NamedTuple):
    """What one process and its descendants used: seconds of CPU, bytes of memory at the peak, bytes read."""

    cpu_s: float
    peak_bytes: int
    read_bytes: int


class Job(NamedTuple):
    """A command to measure, where it runs, and what is added to its environment."""

    command: Command
    cwd: Path
    environ: Mapping[str, str] = {}


def usage_of(job: Job) -> Usage:
    """Run the job once. The peak is the largest of any process of it. Raises `Failed`."""
    before = _read_bytes()
    process = subprocess.Popen(
        job.command,
        cwd=job.cwd,
        env={**os.environ, **job.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    words = process.stderr.read().decode(errors="replace")
    process.stderr.close()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Failed((words.strip().splitlines() or [f"exit code {process.returncode}"])[-1])
    scale = 1 if sys.platform == "darwin" else 1024
    return Usage(used.ru_utime + used.ru_stime, used.ru_maxrss * scale, _read_bytes() - before)


def compare(jobs: Mapping[str, Job], repeats: int) -> dict[str, Usage]:
    """The median usage of each job. Each runs once before it counts. Raises `Failed`."""
    for job in jobs.values():
        usage_of(job)
    found: dict[str, list[Usage]] = {name: [] for name in jobs}
    for _ in range(repeats):
        for name, job in jobs.items():
            found[name].append(usage_of(job))
    return {name: _middle(usages) for name, usages in found.items()}


def _middle(usages: Sequence[Usage]) -> Usage:
    return Usage(
        median(usage.cpu_s for usage in usages),
        int(median(usage.peak_bytes for usage in usages)),
        int(median(usage.read_bytes for usage in usages)),
    )


def _read_bytes() -> int:
    """Bytes that this process and its ended children have read, or 0 where the kernel does not say."""
    try:
        words = Path("/proc/self/io").read_text().split()
    except OSError:
        return 0
    return int(words[words.index("rchar:") + 1])
