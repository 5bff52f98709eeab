"""stdout is data, stderr is narration: the only place where commands write."""

import json
import os
import sys
from typing import Any

from expbench.errors import ExpError


def emit(text: str) -> None:
    """Write a line or more of data to stdout. Bytes that the stream's encoding lacks are spelled out."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")


def emit_json(document: Any) -> None:  # any JSON data
    """Write one strict JSON document; whatever isn't ASCII is escaped, so nothing raw reaches a terminal."""
    sys.stdout.write(json.dumps(document, allow_nan=False, indent=2 if sys.stdout.isatty() else None) + "\n")


def narrate(text: str) -> None:
    """Write a line for people to stderr; a closed stderr is no reason to fail."""
    from expbench.render.printable import printable

    try:
        encoding = sys.stderr.encoding or "utf-8"
        line = printable(text, newlines=True).encode(encoding, "backslashreplace").decode(encoding)
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
