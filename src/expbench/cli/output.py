"""stdout is data, stderr is narration: the only place where commands write."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from typing import Any

from expbench.errors import ExpError


def prepare_streams() -> None:
    """Streams that can be relied on: none is closed, and stdout tells of what it could not write.

    Where the caller closed one (`>&-`) there is /dev/null instead, as git does it. To be called before anything is
    opened, so that no file of ours becomes number 1.
    """
    if not (sys.stdin and sys.stdout and sys.stderr):
        _open_closed_streams()
    elif isinstance(getattr(sys.stdout, "buffer", None), FileIO):
        # Unbuffered (PYTHONUNBUFFERED), Python loses the rest of a write that was cut short, without a word.
        sys.stdout = open(1, "w", encoding=sys.stdout.encoding, closefd=False)  # noqa: SIM115  # while we live


def _open_closed_streams() -> None:
    from expbench.adapters.execution.streams import fill_standard_streams

    fill_standard_streams()
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  # as above
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def emit(text: str) -> None:
    """Write a line or more of data to stdout. Bytes that the stream's encoding lacks are spelled out.

    Raises `ExpError` when it can't be written (a full disk), `BrokenPipeError` when nobody reads on.
    """
    encoding = sys.stdout.encoding or "utf-8"
    with _writing():
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")


def emit_json(document: Any) -> None:  # any JSON data
    """Write one strict JSON document; whatever isn't ASCII is escaped, so nothing raw reaches a terminal."""
    emit(json.dumps(document, allow_nan=False, indent=2 if sys.stdout.isatty() else None))


def flush_stdout() -> None:
    """Hand over what `emit` still holds. Raises as `emit` does."""
    with _writing():
        sys.stdout.flush()


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritable(error) from error


def unwritable(error: OSError) -> ExpError:
    """What to say when stdout takes no more; from now on nothing more is tried."""
    silence_stdout()
    return ExpError("the output can't be written", error.strerror or str(error), "df -h .")


def narrate(text: str) -> None:
    """Write a line for people to stderr; a closed stderr is no reason to fail."""
    from expbench.render.printable import printable

    try:
        encoding = sys.stderr.encoding or "utf-8"
        line = printable(text, newlines=True).encode(encoding, "backslashreplace").decode(encoding)
        sys.stdout.flush()  # where both go to one place, what was said first stands first
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        return


def narrate_error(error: ExpError) -> None:
    """The error's what, cause and hint."""
    from expbench.render.errors import error_text

    narrate(error_text(error))


def silence_stdout() -> None:
    """After a broken pipe: Python's own flush at the end must not complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
