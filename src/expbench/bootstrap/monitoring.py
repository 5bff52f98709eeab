"""System metrics while a command runs: a sampler from its start to its end, whose trouble never becomes the run's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from expbench.ports import Tick
from expbench.services.recording import Monitor, Recording

if TYPE_CHECKING:
    from expbench.adapters.machine.sampler import Sampler


@contextmanager
def system_metrics(recording: Recording) -> Iterator[Monitor]:
    """What `execute` begins when the process lives; at the end what was sampled is brought to the disk."""
    samplers: list[Sampler] = []

    def begin(pid: int) -> Tick:
        from expbench.adapters.machine.sampler import Sampler
        from expbench.adapters.series.writer import SeriesWriter

        sampler = Sampler(pid, SeriesWriter(f"{recording.run_dir}/metrics", "system"))
        samplers.append(sampler)
        return lambda elapsed_s: recording.attempt(
            "system metrics are no longer sampled", lambda: sampler.tick(elapsed_s), None
        )

    try:
        yield begin
    finally:
        for sampler in samplers:
            recording.attempt("system metrics may be incomplete", sampler.close, None)
