"""`exp ls`: list runs."""

from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import AsJson, narrate_damage, style, workplace


@command(
    examples="""
    exp ls
    exp ls 'acc > 0.9 and model = "cnn" and started > -2d'
    exp ls 'failed or killed' --sort duration
    exp ls --sort acc -n 5 --columns id,name,acc,lr
    """
)
def ls(
    filter_text: Annotated[str, typer.Argument(metavar="[FILTER]", help="Which runs; see `exp help filters`.")] = "",
    sort: Annotated[str | None, typer.Option("--sort", metavar="KEY", help="A metric, a param or a field.")] = None,
    reverse: Annotated[bool, typer.Option("--reverse", help="Turn the order round.")] = False,
    count: Annotated[int | None, typer.Option("-n", min=0, help="How many; 20 by default, all for --json.")] = None,
    columns: Annotated[str | None, typer.Option("--columns", metavar="a,b,c", help="Which columns.")] = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """List runs, newest first: filter, sort, choose columns."""
    raise NotImplementedError
