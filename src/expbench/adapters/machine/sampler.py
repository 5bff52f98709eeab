"""System metrics of one run: a sample is a point in each of a dozen series under `system/`.

The recorder's event loop calls `tick`; there is no thread. psutil is loaded only when a run has lasted for half a
second. A machine that can't tell something (no disk, no GPU) leaves that series out.
"""

import time
from typing import TYPE_CHECKING, Any, Final, Protocol

from expbench.adapters.machine.gpu import Gpus, find_nvml
from expbench.adapters.machine.schedule import FIRST_LOOK_S, FIRST_SAMPLE_S, next_due

if TYPE_CHECKING:
    from expbench.adapters.machine.tree import ProcessTree

_RATES: Final = {
    "disk": {"read_bytes": "system/disk_read_bytes_s", "write_bytes": "system/disk_write_bytes_s"},
    "net": {"bytes_recv": "system/net_recv_bytes_s", "bytes_sent": "system/net_sent_bytes_s"},
}


class SeriesWriter(Protocol):
    """Where points go: `adapters.series.writer.SeriesWriter` with the source `system`."""

    def append(self, key: str, value: float, step: int | None = None, at: float | None = None) -> int:
        """Log one point."""

    def sync(self) -> None:
        """Bring all points to the disk."""

    def close(self) -> None:
        """Close the files."""


class Sampler:
    """Samples the machine and the process tree of `pid`. The step of a point is the number of its sample."""

    def __init__(self, pid: int, writer: SeriesWriter) -> None:
        self._pid = pid
        self._writer = writer
        self._count = 0
        self._looked_at = 0.0
        self._psutil: Any = None
        self._tree: ProcessTree | None = None
        self._gpus: Gpus | None = None
        self._counted: dict[str, float] = {}

    def tick(self, elapsed_s: float) -> float:
        """Do what is due at `elapsed_s` after the run's start, and say when the next thing is.

        Raises `OSError` when a point can't be written.
        """
        if elapsed_s < FIRST_LOOK_S:
            return FIRST_LOOK_S
        if self._psutil is None:
            self.look()
            return max(FIRST_SAMPLE_S, elapsed_s + FIRST_SAMPLE_S - FIRST_LOOK_S)
        self.sample()
        return next_due(elapsed_s)

    def look(self) -> None:
        """Take the first look, which later ones are compared with: CPU use and bytes a second need two."""
        import psutil  # type: ignore[import-untyped]

        from expbench.adapters.machine.tree import ProcessTree

        self._psutil = psutil
        psutil.cpu_percent()
        self._tree = ProcessTree(self._pid)
        self._gpus = Gpus(find_nvml())
        self._looked_at = time.monotonic()
        self._counted = self._counters()

    def sample(self) -> None:
        """Write one point of each series. Raises `OSError` when a point can't be written."""
        if self._psutil is None:
            self.look()
        now, at = time.monotonic(), time.time()
        passed = max(now - self._looked_at, 1e-3)
        counted = self._counters()
        values = {
            "system/cpu_percent": self._psutil.cpu_percent(),
            "system/mem_percent": self._psutil.virtual_memory().percent,
            **self._rates(counted, passed),
            **(self._gpus.read() if self._gpus is not None else {}),
        }
        if "memory" in counted:
            values["system/mem_bytes_process"] = counted["memory"]
        self._looked_at, self._counted = now, counted
        for key, value in values.items():
            self._writer.append(key, value, self._count, at)
        self._count += 1

    def close(self) -> None:
        """Bring what was sampled to the disk, and let go of everything. Raises `OSError` when that fails."""
        if self._gpus is not None:
            self._gpus.close()
        try:
            self._writer.sync()
        finally:
            self._writer.close()

    def _rates(self, counted: dict[str, float], passed: float) -> dict[str, float]:
        """What has grown since the last look, a second; a counter that was set back has not grown."""
        grown = {
            key: max(0.0, value - self._counted[key]) / passed
            for key, value in counted.items()
            if key != "memory" and key in self._counted
        }
        if "system/cpu_percent_process" in grown:
            grown["system/cpu_percent_process"] *= 100
        return grown

    def _counters(self) -> dict[str, float]:
        """Counters by the key of their rate, and `memory`, which the processes hold now."""
        counters = {}
        totals = {"disk": self._psutil.disk_io_counters(), "net": self._psutil.net_io_counters()}
        for kind, total in totals.items():
            if total is not None:
                counters.update({key: float(getattr(total, field)) for field, key in _RATES[kind].items()})
        use = self._tree.use() if self._tree is not None else None
        if use is not None:
            counters["system/cpu_percent_process"] = use.cpu_s
            counters["memory"] = float(use.memory)
        return counters
