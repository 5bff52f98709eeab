"""`exp repro`: a run made again, and the verdict on whether the same came of it."""

from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import AsJson, Run, style, workplace
from expbench.cli.reruns import Timeout, Yes, asking, has_terminal, rerun_wish
from expbench.domain.document import RunDocument
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
    timeout: Timeout = None,
    trust: Annotated[
        str | None,
        typer.Option(
            "--trust", metavar="COMMIT", help="Run another person's code: the whole snapshot that is meant."
        ),
    ] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Run it again from its snapshot, with its data and environment, and compare every metric and output.

    Nothing of your working tree is used or changed. The verdict is kept with both runs: identical, equal (within the
    tolerance), different, failed or impossible. The exit code is 0 for the first two and 4 for the others.
    """
    from expbench.bootstrap.reproducing import agree, reproduced
    from expbench.domain.tolerance import tolerance_from

    place = workplace()
    document = place.store.read(place.find(run))
    allowed = tolerance_from(place.settings.raw, place.settings.tolerances, tolerance or [])
    wish = rerun_wish(place, timeout)
    agree(place, document, wish, trust, asking(yes))
    found = reproduced(place, document, wish, allowed)
    _narrate(document, found)
    if as_json:
        emit_json(found.rerun or place.store.read(document["id"]))
    else:
        from expbench.render.verdict import verdict_text

        emit(verdict_text(found.verdict, style()))
    raise typer.Exit(found.exit_code)


def _narrate(document: RunDocument, found: Reproduction) -> None:
    from expbench.domain.inputs import told_inputs
    from expbench.domain.verdict import compares_nothing

    for obstacle in found.obstacles:
        narrate(f"impossible: {obstacle.why}")
    for hint in dict.fromkeys(obstacle.hint for obstacle in found.obstacles if obstacle.hint):
        narrate(f"hint: {hint}")
    if found.exit_code:
        for place in told_inputs(document["warnings"]):
            narrate(f"warning: the first run also read {place}, which nothing pins")
    if found.verdict["grade"] == "failed" and not has_terminal():
        narrate("hint: it ran without a terminal; a command that asks for one must be reproduced at a terminal")
    if compares_nothing(found.verdict):
        narrate("warning: the run has neither metrics nor outputs, so only its end was compared")
