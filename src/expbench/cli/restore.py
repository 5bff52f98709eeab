"""`exp restore`: a run's files, data and environment in a new folder."""

import gc
import sys
from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import AsJson, Run, workplace
from expbench.cli.progress import progress_bar
from expbench.services.restoring import Missing, Restored

SHOWN = 10


@command(
    examples="""
    exp restore @ ../again               the files of the latest run
    exp restore 7k3f old --data          with its data, as copies that may be edited
    exp restore best:acc best --data --env
    """
)
def restore(
    run: Run,
    folder: Annotated[str, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    data: Annotated[bool, typer.Option("--data", help="Bring its data, from the DVC remote if need be.")] = False,
    env: Annotated[bool, typer.Option("--env", help="Build its environment as DIR/.venv.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a run's snapshot into a new folder, as plain files; nothing else is touched."""
    from expbench.bootstrap.restoring import restore as restore_run
    from expbench.services.restoring import next_command

    gc.enable()
    place = workplace()
    document = place.store.read(place.find(run))
    done = restore_run(place, document, folder, progress_bar(sys.stderr), _warn, data=data, env=env)
    _narrate(done["missing"])
    if as_json:
        emit_json(done)
    else:
        emit(_account(done))
    narrate(f"hint: {next_command(document, done['dir'], done['env'])}")


def _account(done: Restored) -> str:
    from expbench.render.printable import printable

    parts = [f"{done['files']} files"]
    if done["data"]:
        parts.append(f"{sum(entry['files'] for entry in done['data'])} data files")
    if done["env"] and done["env"]["how"] != "current":
        parts.append(f"the environment from {done['env']['how']}")
    return f"{printable(done['dir'])} holds {' and '.join(parts)} of {done['run']}"


def _narrate(missing: list[Missing]) -> None:
    for each in missing[:SHOWN]:
        narrate(f"not there: {each['path']} ({each['reason']})")
    if len(missing) > SHOWN:
        narrate(f"not there: {len(missing) - SHOWN} more paths; --json names them")


def _warn(text: str) -> None:
    narrate(f"warning: {text}")
