"""The command line's one way in and out: dispatch, and turn every error into words and an exit code."""

import gc
import os
import sys
from collections.abc import Callable, Sequence
from errno import EDQUOT, ENOSPC
from importlib import import_module
from typing import Final

from expbench.cli.output import flush_stdout, narrate_error, prepare_streams, silence_stdout, unwritable
from expbench.errors import ExitCode, ExpError

# What is typed plainly and often has no need of the command line's machinery, which takes longer than what it does.
_DIRECT: Final = {
    ("tui",): ("expbench.cli.dashboard", "start_dashboard"),
    ("status", "--tmux"): ("expbench.cli.statusline", "print_line"),
}


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
        return _do(argv)
    except SystemExit as error:
        if isinstance(error.__context__, BrokenPipeError):  # typer makes an exit code 1 of it
            raise BrokenPipeError from error
        raise
    except BrokenPipeError:
        raise
    except ExpError as error:
        narrate_error(error)
        return int(error.exit_code)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except OSError as error:
        if error.errno not in {ENOSPC, EDQUOT}:
            return _report_bug(error, argv)
        narrate_error(unwritable(error))
        return ExitCode.FAILED
    except Exception as error:  # noqa: BLE001  # the last door: a bug becomes a report, never a traceback
        return _report_bug(error, argv)


def _do(argv: Sequence[str]) -> int:
    direct = _DIRECT.get(tuple(argv) or _unasked())
    if direct is not None:
        do: Callable[[], int] = getattr(import_module(direct[0]), direct[1])
        return do()
    from expbench.cli.root import parse_and_do

    return parse_and_do(argv)


def _unasked() -> tuple[str, ...]:
    """What nothing at all means: the dashboard, at a terminal. The shell's completion asks without a word, too."""
    at_a_terminal = sys.stdin.isatty() and sys.stdout.isatty() and "_EXP_COMPLETE" not in os.environ
    return ("tui",) if at_a_terminal else ()


def _report_bug(error: BaseException, argv: Sequence[str]) -> int:
    if os.environ.get("EXP_DEBUG") == "1":
        raise error
    from expbench.cli.report import narrate_bug

    narrate_bug(error, argv)
    return ExitCode.BUG
