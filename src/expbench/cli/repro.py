"""`exp repro`: a run made again, and the verdict on whether the same came of it."""

import gc
import os
import sys
from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import AsJson, Run, style, workplace
from expbench.cli.progress import progress_bar
from expbench.services.consenting import Ask
from expbench.services.reproducing import Reproduction


@command(
    examples="""
    exp repro @                      the latest run
    exp repro best:acc --tolerance 1e-6
    exp repro 7k3f --tolerance acc=0.01 --timeout 2h
    """
)
def repro(
    run: Run,
    tolerance: Annotated[
        list[str] | None,
        typer.Option("--tolerance", metavar="T", help="How far metrics may differ: 1e-6, or acc=0.01 for one."),
    ] = None,
    timeout: Annotated[str | None, typer.Option("--timeout", metavar="T", help="End it after 90s, 5m, 2h.")] = None,
    trust: Annotated[
        str | None,
        typer.Option(
            "--trust", metavar="COMMIT", help="Run another person's code: the whole snapshot that is meant."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; no consent to another person's code.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run it again from its snapshot, with its data and environment, and compare every metric and output.

    Nothing of your working tree is used or changed. The verdict is kept with both runs: identical, equal (within the
    tolerance), different, failed or impossible. The exit code is 0 for the first two and 4 for the others.
    """
    from expbench.adapters.execution.streams import Streams, fill_standard_streams
    from expbench.bootstrap.recorder import Voice
    from expbench.bootstrap.reproducing import agree, reproduced
    from expbench.bootstrap.rerunning import Wish
    from expbench.bootstrap.surroundings import surroundings
    from expbench.domain.tolerance import tolerance_from
    from expbench.services.requesting import parse_duration

    gc.enable()
    fill_standard_streams()
    place = workplace()
    document = place.store.read(place.find(run))
    allowed = tolerance_from(place.settings.raw, place.settings.tolerances, tolerance or [])
    limit_s = None if timeout is None else parse_duration(timeout)
    # What the command prints is narration here: stdout has the verdict alone.
    voice = Voice(_warn, progress_bar(sys.stderr), _nothing, _done, Streams(0, 2, 2))
    wish = Wish(surroundings(place), voice, limit_s)
    agree(place, document, wish, trust, None if yes else _ask())
    found = reproduced(place, document, wish, allowed)
    _narrate(found)
    if as_json:
        emit_json(found.rerun or place.store.read(document["id"]))
    else:
        from expbench.render.verdict import verdict_text

        emit(verdict_text(found.verdict, style()))
    raise typer.Exit(found.exit_code)


def _narrate(found: Reproduction) -> None:
    from expbench.domain.verdict import compares_nothing

    for obstacle in found.obstacles:
        narrate(f"impossible: {obstacle.why}")
    for hint in dict.fromkeys(obstacle.hint for obstacle in found.obstacles if obstacle.hint):
        narrate(f"hint: {hint}")
    if compares_nothing(found.verdict):
        narrate("warning: the run has neither metrics nor outputs, so only its end was compared")


def _ask() -> Ask:
    """Ask at the terminal; None where there is none."""
    if not (os.isatty(0) and os.isatty(2)):
        return None

    def ask(text: str) -> bool:
        narrate(f"{text}\nRun this code on your machine? [y/N]")
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    return ask


def _warn(text: str) -> None:
    narrate(f"warning: {text}")


def _nothing(_text: str) -> None:
    """Nobody waits for a run in the foreground."""


def _done(run_id: str, name: str) -> None:
    if sys.stderr.isatty():
        narrate(f"recorded {name}  {run_id}")
