"""`exp promote`: give a stage to a version."""

import sys
from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.models.place import Note, complete_candidate, complete_model, complete_stage, narrate_done
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import AsJson, style, workplace


@command(
    examples="""
    exp promote digits@v0.0.2 --to staging
    exp promote best:acc --to staging                        registers a version first
    exp promote 'digits#staging' --to production --note 'won the A/B test'
    """
)
def promote(
    candidate: Annotated[
        str,
        typer.Argument(metavar="RUN|MODEL@VERSION", help="A version, or a run.", autocompletion=complete_candidate),
    ],
    stage: Annotated[
        str, typer.Option("--to", metavar="STAGE", help="Such as production.", autocompletion=complete_stage)
    ],
    force: Annotated[
        bool, typer.Option("--force", help="In spite of gates that fail; needs --note, is shown for ever.")
    ] = False,
    note: Note = "",
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="The model, for a new version.", autocompletion=complete_model),
    ] = None,
    artifact: Annotated[
        str | None, typer.Option("--artifact", metavar="PATH", help="The artifact, for a new version.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Give a stage to a version, or to a run, which then becomes one. Gates of exp.toml must hold."""
    from expbench.bootstrap.promoting import carry_out, plan_promotion
    from expbench.cli.progress import progress_bar
    from expbench.render.models import gate_lines
    from expbench.services.promoting import Reason, check_reason

    check_reason(Reason(note, (), force))
    place = workplace()
    plan = plan_promotion(place, candidate, stage, note, name=name, artifact=artifact)
    for text in plan.warnings:
        narrate(f"warning: {text}")
    done = carry_out(place, plan, force=force, progress=progress_bar(sys.stderr))
    narrate_done(done)
    if as_json:
        emit_json(done.written[-1].record)
    elif plan.gates:
        emit("\n".join(gate_lines(plan.gates, style())))
