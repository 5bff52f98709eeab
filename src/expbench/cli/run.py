"""`exp run`: record one run of a command."""

from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from expbench.cli.application import command
from expbench.errors import ExitCode, ExpError, UsageError

WORDS = "expbench.words"


class RunCommand(TyperCommand):
    """Keeps what stands behind the first `--` as it is: it is the user's command, not ours."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """What stands behind `exp run` in its usage line."""
        return [*super().collect_usage_pieces(ctx), "[-- COMMAND...]"]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # typer's own Context
        """Split at `--`, then parse our own options."""
        if "--" in args:
            place = args.index("--")
            ctx.meta[WORDS] = args[place + 1 :]
            args = args[:place]
        return super().parse_args(ctx, args)


@command(
    cls=RunCommand,
    examples="""
    exp run -- python train.py --lr 0.1
    exp run --name base --tag first -- python train.py
    exp run train -P lr=0.1            an entry of exp.toml
    exp run -P lr=0.3 -- python train.py  lr of params.yaml, changed for this run alone
    exp run --isolated -- python train.py in a work tree of its own; keep on editing
    exp run --detach -- python long.py survives a dropped SSH connection
    """,
)
def run(
    ctx: typer.Context,
    entry: Annotated[str | None, typer.Argument(metavar="[ENTRY]", help="An entry of exp.toml.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="A name for the run.")] = None,
    experiment: Annotated[str, typer.Option("--experiment", "-e", help="The group it belongs to.")] = "default",
    param: Annotated[list[str] | None, typer.Option("-P", "--param", metavar="K=V", help="A parameter.")] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", "-t", help="A tag; may be repeated.")] = None,
    note: Annotated[str, typer.Option("--note", help="A note.")] = "",
    artifact: Annotated[
        list[str] | None,
        typer.Option("--artifact", metavar="GLOB", help="Files to keep with the run, from the repository's root."),
    ] = None,
    no_system_metrics: Annotated[
        bool, typer.Option("--no-system-metrics", help="Don't sample CPU, memory, GPU, disk and network.")
    ] = False,
    no_reads: Annotated[
        bool, typer.Option("--no-reads", help="Don't note which files its Python processes read.")
    ] = False,
    timeout: Annotated[str | None, typer.Option("--timeout", metavar="T", help="End it after 90s, 5m, 2h.")] = None,
    isolated: Annotated[
        bool, typer.Option("--isolated", help="Run in a private copy of the work tree, which is removed at the end.")
    ] = False,
    detach: Annotated[bool, typer.Option("--detach", help="Run in the background; print the run's id.")] = False,
) -> None:
    """Record one run of a command: its code, data, environment, params, output and result."""
    from expbench.cli.recorder import record
    from expbench.services.requesting import Asked

    asked = Asked(
        command=ctx.meta.get(WORDS),
        entry=entry,
        name=name,
        experiment=experiment,
        params=param or [],
        tags=tag or [],
        note=note,
        timeout=timeout,
        artifacts=artifact or [],
        system_metrics=not no_system_metrics,
        reads=not no_reads,
        isolated=isolated,
    )
    try:
        code = record(asked, detach)
    except UsageError:
        raise
    except ExpError as error:
        if error.exit_code == ExitCode.ENVIRONMENT:
            error.exit_code = ExitCode.NOT_STARTED
        raise
    raise typer.Exit(code)
