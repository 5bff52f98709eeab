"""One line of progress on stderr for long work; nothing for short work, and nothing where nobody looks."""

import time
from typing import Final, TextIO

from expbench.ports import Progress

PATIENCE_S: Final = 0.7
PAUSE_S: Final = 0.1
WIDTH: Final = 24


def progress_bar(stream: TextIO) -> Progress:
    """A progress function that draws after the patience of a person; the line is wiped when the work is done."""
    if not stream.isatty():
        return lambda _what, _done, _total: None
    began: dict[str, float] = {}
    drawn_at = 0.0

    def show(what: str, done: int, total: int) -> None:
        nonlocal drawn_at
        now = time.monotonic()
        if now - began.setdefault(what, now) < PATIENCE_S:
            return
        if done >= total:
            stream.write("\r\x1b[K")
            began.pop(what)
        elif now - drawn_at > PAUSE_S:
            drawn_at = now
            filled = WIDTH * done // max(total, 1)
            stream.write(f"\r\x1b[K{what} [{'#' * filled}{'.' * (WIDTH - filled)}] {100 * done // max(total, 1)}%")
        stream.flush()

    return show
