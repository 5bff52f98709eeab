"""Acts that last: the command itself as a process of its own, whose last line is shown and which can be cancelled.

It is started in a session of its own, without a terminal, so that it neither reads keys nor draws.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from expbench.render.printable import plain_line
from expbench.tui.journal import Entry

PROGRAM: Final = (sys.executable, "-m", "expbench")
PATIENCE_S: Final = 5.0  # of who quits while something goes on


class Job:
    """One process. `told` is called after each line and at the end."""

    def __init__(self, entry: Entry, cwd: str, told: Callable[["Job"], None]) -> None:
        self.entry = entry
        self._cwd = cwd
        self._told = told
        self._process: asyncio.subprocess.Process | None = None
        self._cancelled = False

    async def run(self) -> None:
        """Start it and stay with it to its end."""
        try:
            self._process = process = await self._started()
        except OSError as error:  # such as a folder that is gone
            self.entry.end("failed", f"it can't be started: {error.filename or ''} {error.strerror or error}")
            self._told(self)
            return
        if self._cancelled:
            self.cancel()
        assert process.stdout is not None
        while line := await _line(process.stdout):
            self.entry.printed(plain_line(line))
            self._told(self)
        self._ended(await process.wait())

    async def _started(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *command(self.entry.argv),
            cwd=self._cwd,
            env=_environ(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )

    def cancel(self) -> None:
        """Ask it to end, as Ctrl-C would; at its beginning as soon as it has begun."""
        process = self._process
        if process is None:
            self._cancelled = True
        elif process.returncode is None:
            self._cancelled = True
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)

    async def end(self) -> None:
        """Cancel it and wait until it is gone; what takes too long is killed."""
        self.cancel()
        if self._process is None:
            return
        try:
            await asyncio.wait_for(self._process.wait(), PATIENCE_S)
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()

    def _ended(self, code: int) -> None:
        said = [line for line in self.entry.output if line and not line.startswith("hint: ")]
        last = said[-1] if said else ""
        if self._cancelled:
            self.entry.end("cancelled", "cancelled")
        elif code:
            errors = [line.removeprefix("error: ") for line in self.entry.output if line.startswith("error: ")]
            self.entry.end("failed", errors[0] if errors else f"exit code {code}: {last}")
        else:
            self.entry.end("done", last)
        self._told(self)


async def _line(stream: asyncio.StreamReader) -> str:
    """The next line; a longer one than the stream takes comes in pieces."""
    try:
        line = await stream.readuntil(b"\n")
    except asyncio.IncompleteReadError as error:
        line = error.partial
    except asyncio.LimitOverrunError as error:
        line = await stream.readexactly(error.consumed)
    return line.decode(errors="replace")


def _environ() -> dict[str, str]:
    """The dashboard's own, without what was put there for drawing."""
    return {key: value for key, value in os.environ.items() if not key.startswith("TEXTUAL_")}


def command(argv: Sequence[str]) -> list[str]:
    """The words of a process that does what `exp ARGV` does."""
    return [*PROGRAM, *argv]
