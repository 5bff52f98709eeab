"""The command `exp` as typer knows it: its help, its options, its commands, imported when they are called."""

from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from expbench.cli.commands import COMMANDS
from expbench.cli.lazy import lazy_group
from expbench.errors import ExitCode, ExpError, UsageError

app = typer.Typer(
    cls=lazy_group(COMMANDS, "expbench.cli"),
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"max_content_width": 100},
)


def _version(wanted: bool) -> None:
    if wanted:
        from expbench import __version__
        from expbench.cli.output import emit

        emit(f"exp {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    ctx: typer.Context,
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """The experiment workbench in your git repository and your terminal.

    \b
    exp run -- python train.py    record a run
    exp ls 'acc > 0.9'            find runs
    exp diff A B                  what differs between two
    exp                           the dashboard, at a terminal
    """  # noqa: D301  # the backspace keeps typer from filling the lines
    if ctx.invoked_subcommand is None:
        from expbench.cli.output import emit

        emit(ctx.get_help())


def parse_and_do(argv: Sequence[str]) -> int:
    """Understand one command line, do it, and give its exit code. Raises `UsageError`, and what the command does."""
    try:
        result = app(list(argv), standalone_mode=False, prog_name="exp")
    except TyperException as error:
        raise _as_usage_error(error) from error
    except typer.Abort as error:
        raise KeyboardInterrupt from error
    return result if isinstance(result, int) else ExitCode.OK


def _as_usage_error(error: TyperException) -> ExpError:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "exp"
    text = error.format_message().rstrip(".")
    return UsageError(text[:1].lower() + text[1:], "", f"{path} --help", exit_code=error.exit_code)
