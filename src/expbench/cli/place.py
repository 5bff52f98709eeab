"""What most commands take: a run, `--json`, the words that the shell completes; and where they were typed."""

from typing import Annotated

import typer

from expbench.bootstrap.workplace import open_workplace
from expbench.cli.surroundings import current_dir, narrate_damage, style, workplace

__all__ = [
    "AsJson",
    "Run",
    "complete_artifact",
    "complete_run",
    "current_dir",
    "narrate_damage",
    "style",
    "workplace",
]

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def complete_run(incomplete: str) -> list[str]:
    """Names and ids for the shell's completion; silent where there is no project."""
    from expbench.errors import ExpError
    from expbench.services.finding import complete_reference

    try:
        return list(complete_reference(open_workplace(current_dir()).store, incomplete))
    except (ExpError, OSError):
        return []


def complete_artifact(ctx: typer.Context, incomplete: str) -> list[str]:
    """Paths of the artifacts of the run that was typed before; silent where there is none."""
    from expbench.errors import ExpError

    try:
        place = open_workplace(current_dir())
        artifacts = place.store.read(place.find(ctx.params.get("run") or "@"))["artifacts"]
    except (ExpError, OSError):
        return []
    return [each["path"] for each in artifacts if each["path"].startswith(incomplete) and each["path"].isprintable()]


Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="An id or its beginning, a name, @, @~3, best:METRIC, :/text, MODEL@VERSION or MODEL#STAGE.",
        autocompletion=complete_run,
    ),
]
