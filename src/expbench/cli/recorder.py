"""How `exp run` talks with its user: the surroundings it finds, its narration, and detaching."""

import gc
import sys
from collections.abc import Callable

from expbench.adapters.execution.streams import Streams, fill_standard_streams
from expbench.bootstrap.recorder import Voice, prepare
from expbench.bootstrap.recorder import record as record_run
from expbench.bootstrap.surroundings import surroundings
from expbench.cli.output import emit, narrate
from expbench.cli.place import workplace
from expbench.cli.progress import progress_bar
from expbench.services.requesting import Asked


def record(asked: Asked, detach: bool) -> int:
    """Record what was asked for and give the exit code of `exp run`."""
    gc.enable()
    fill_standard_streams()
    place = workplace()
    around = surroundings(place)
    request = prepare(place, asked, around, _warn)
    ready, streams = _detached() if detach else (_free if request.isolated else _nothing, Streams())
    voice = Voice(_warn, progress_bar(sys.stderr), ready, _recorded, streams, narrate)
    return record_run(place, request, around, voice)


def _detached() -> tuple[Callable[[str], None], Streams]:
    from expbench.adapters.execution.detach import detach

    detached = detach(emit)
    return detached.ready, detached.streams


def _warn(text: str) -> None:
    narrate(f"warning: {text}")


def _recorded(run_id: str, name: str) -> None:
    """Where a person looks on, say what the run is called; scripts and logs are left alone."""
    if sys.stderr.isatty():
        narrate(f"recorded {name}  {run_id}")


def _free(_run_id: str) -> None:
    """From now on the user's files may change."""
    if sys.stderr.isatty():
        narrate("snapshot taken, and running in a work tree of its own: keep on editing")


def _nothing(_text: str) -> None:
    """Nobody waits for a run in the foreground."""
