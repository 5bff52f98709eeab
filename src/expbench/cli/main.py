"""The command line's one way in and out: parse, dispatch, and turn every error into words and an exit code."""

import gc
import os
import sys
from collections.abc import Sequence
from errno import EDQUOT, ENOSPC

import typer
from typer.exceptions import TyperException

from expbench.cli.commands import COMMANDS
from expbench.cli.lazy import lazy_group
from expbench.cli.output import flush_stdout, narrate_error, prepare_streams, silence_stdout, unwritable
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
        if sys.stdin.isatty() and sys.stdout.isatty():
            from expbench.cli.tui import start_dashboard

            raise typer.Exit(start_dashboard())
        from expbench.cli.output import emit

        emit(ctx.get_help())


def run(argv: Sequence[str]) -> int:
    """Run one command line and give its exit code. Nothing but the code leaves this function."""
    gc.disable()  # a command lives for a moment; the recorder switches it on again
    prepare_streams()
    try:
        code = _dispatch(argv)
        flush_stdout()
    except BrokenPipeError:
        silence_stdout()
        return ExitCode.BROKEN_PIPE
    except ExpError as error:
        narrate_error(error)
        return int(error.exit_code)
    return code


def _dispatch(argv: Sequence[str]) -> int:
    try:
        result = app(list(argv), standalone_mode=False, prog_name="exp")
    except SystemExit as error:
        if isinstance(error.__context__, BrokenPipeError):  # typer makes an exit code 1 of it
            raise BrokenPipeError from error
        raise
    except ExpError as error:
        narrate_error(error)
        return int(error.exit_code)
    except TyperException as error:
        narrate_error(_as_usage_error(error))
        return int(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return ExitCode.INTERRUPTED
    except OSError as error:
        if error.errno not in {ENOSPC, EDQUOT}:
            return _report_bug(error, argv)
        narrate_error(unwritable(error))
        return ExitCode.FAILED
    except Exception as error:  # noqa: BLE001  # the last door: a bug becomes a report, never a traceback
        return _report_bug(error, argv)
    return result if isinstance(result, int) else ExitCode.OK


def _as_usage_error(error: TyperException) -> ExpError:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "exp"
    text = error.format_message().rstrip(".")
    return UsageError(text[:1].lower() + text[1:], "", f"{path} --help", exit_code=error.exit_code)


def _report_bug(error: BaseException, argv: Sequence[str]) -> int:
    if os.environ.get("EXP_DEBUG") == "1":
        raise error
    from expbench.cli.report import narrate_bug

    narrate_bug(error, argv)
    return ExitCode.BUG
