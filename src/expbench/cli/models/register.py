"""`exp models register`: a version of a model from a run."""

import sys
from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.models.place import Note, complete_model, narrate_done
from expbench.cli.output import emit_json
from expbench.cli.place import AsJson, Run, workplace


@command(
    examples="""
    exp models register @ --name digits
    exp models register best:acc --name digits --artifact model.pkl --bump minor
    """
)
def register(
    run: Run,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="The model's name.", autocompletion=complete_model)
    ],
    artifact: Annotated[
        str | None, typer.Option("--artifact", metavar="PATH", help="Which, where the run kept several.")
    ] = None,
    bump: Annotated[str, typer.Option("--bump", metavar="major|minor|patch", help="How far to go up.")] = "patch",
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Make a version of a model from a run: a git tag with the evidence, the artifact kept for good."""
    from expbench.bootstrap.promoting import register_run
    from expbench.cli.progress import progress_bar
    from expbench.services.registering import Wish, parse_bump

    wish = Wish(name, artifact, parse_bump(bump), note)
    done = register_run(workplace(), run, wish, progress_bar(sys.stderr))
    narrate_done(done)
    if as_json:
        emit_json(done.written[0].record)
