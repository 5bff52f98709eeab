"""The processes of a run: its child, and whatever that started, for as long as each lives.

Once a member, always a member: a process whose parent has ended is still the run's. Between two looks only new
process ids are asked for their parent, so that a look costs little on a machine with thousands of processes.
"""

from typing import Any, NamedTuple

# psutil has no types of its own.
Process = Any


class Use(NamedTuple):
    """What the processes have used: CPU seconds since their start, and the bytes of memory that they hold now."""

    cpu_s: float
    memory: int


class ProcessTree:
    """The child `pid` and its descendants."""

    def __init__(self, pid: int) -> None:
        import psutil  # type: ignore[import-untyped]

        self._psutil: Any = psutil
        self._known = set(psutil.pids())  # before the members are found: who is born now is new to the next look
        self._members: dict[int, Process] = {}
        try:
            child = psutil.Process(pid)
            self._members = {process.pid: process for process in (child, *child.children(recursive=True))}
        except psutil.Error:
            return  # it has ended already

    def use(self) -> Use | None:
        """What all members together have used and hold; None when none is left.

        CPU time includes that of ended children which a member has waited for. Memory that members share is
        counted for each of them.
        """
        self._look()
        found = [use for use in map(self._use_of, self._members.values()) if use is not None]
        if not found:
            return None
        return Use(sum(use.cpu_s for use in found), sum(use.memory for use in found))

    def _look(self) -> None:
        """Let go of members that have ended, take in those that were started since the last look."""
        pids = set(self._psutil.pids())
        before = set(self._members)
        self._members = {pid: process for pid, process in self._members.items() if process.is_running()}
        started = {pid: parent for pid in pids - self._known if (parent := self._parent(pid)) is not None}
        family, size = before, -1
        while len(family) != size:  # a grandchild may have a smaller number than its parent
            size = len(family)
            family |= {pid for pid, parent in started.items() if parent in family}
        for pid in family & started.keys():
            self._take_in(pid)
        self._known = pids

    def _take_in(self, pid: int) -> None:
        try:
            self._members[pid] = self._psutil.Process(pid)
        except self._psutil.Error:
            return  # it has ended already

    def _parent(self, pid: int) -> int | None:
        try:
            return int(self._psutil.Process(pid).ppid())
        except self._psutil.Error:
            return None

    def _use_of(self, process: Process) -> Use | None:  # a psutil.Process
        try:
            times = process.cpu_times()
            own = times.user + times.system
            return Use(own + times.children_user + times.children_system, process.memory_info().rss)
        except self._psutil.Error:
            return None  # it has ended, or is not ours to look at
