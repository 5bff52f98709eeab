"""Acts that last: the command itself as a process of its own, whose last line is shown and which can be cancelled.

It is started in a session of its own, without a terminal, so that it neither reads keys nor draws. Nobody but `end`
stops waiting for a process that was begun.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from expbench.render.printable import plain_line
from expbench.tui.journal import Entry

PROGRAM: Final = (sys.executable, "-m", "expbench")
PATIENCE_S: Final = 5.0  # of who quits while something goes on
_LONGEST: Final = 65_536  # bytes of a line
_LONGEST_ERROR: Final = 300  # characters


class Job:
    """One process. `told` is called after each line and at the end."""

    def __init__(self, entry: Entry, cwd: str, told: Callable[["Job"], None]) -> None:
        self.entry = entry
        self._cwd = cwd
        self._told = told
        self._staying: asyncio.Future[None] | None = None
        self._transport: asyncio.SubprocessTransport | None = None
        self._cancelled = False

    async def run(self) -> None:
        """Start it and stay with it to its end, even when who waits for this is sent away before."""
        if self._cancelled:
            self.entry.end("cancelled", "cancelled")
            return
        self._staying = asyncio.ensure_future(self._stay())
        await asyncio.shield(self._staying)

    def cancel(self) -> None:
        """Ask it to end, as Ctrl-C would; one that is just being started hears it then."""
        if self._transport is None or self._transport.get_returncode() is None:
            self._cancelled = True
            self._signal(signal.SIGINT)

    async def end(self, kill_commands: Callable[[int], None]) -> None:
        """Cancel it and wait until it is gone.

        Where that takes too long, the commands of its runs are killed, so that it can record their end and go. Where
        that takes too long, too, it is killed itself, and its output read no further.
        """
        self.cancel()
        if self._staying is None or await _is_over(self._staying):
            return
        if self._transport is not None:
            kill_commands(self._transport.get_pid())
        if not await _is_over(self._staying):
            self._signal(signal.SIGKILL)
            if self._transport is not None:
                self._transport.close()
            await self._staying

    async def _stay(self) -> None:
        try:
            code = await self._code()
        except (OSError, ValueError) as error:  # its folder is gone, no room for a process, words that none takes
            self.entry.end("failed", f"it can't be started: {_why(error)}"[:_LONGEST_ERROR])
            self._told(self)
        else:
            self._ended(code)

    async def _code(self) -> int:
        """How the process ended, once all that it said has been read."""
        loop = asyncio.get_running_loop()
        over = asyncio.Event()
        self._transport, _ = await loop.subprocess_exec(
            lambda: _Lines(self._said, over),
            *PROGRAM,
            *self.entry.argv,
            cwd=self._cwd,
            env=_environ(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        if self._cancelled:
            self._signal(signal.SIGINT)
        await over.wait()
        self._transport.close()
        code = self._transport.get_returncode()
        assert code is not None  # the connection is lost after the process
        return code

    def _signal(self, number: signal.Signals) -> None:
        if self._transport is not None and self._transport.get_returncode() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._transport.get_pid(), number)

    def _said(self, line: bytes) -> None:
        self.entry.printed(plain_line(line.decode(errors="replace")))
        self._told(self)

    def _ended(self, code: int) -> None:
        said = [line for line in self.entry.output if line and not line.startswith("hint: ")]
        last = said[-1] if said else ""
        if self._cancelled:
            self.entry.end("cancelled", "cancelled")
        elif code:
            errors = [line.removeprefix("error: ") for line in self.entry.output if line.startswith("error: ")]
            hints = [line.removeprefix("hint: ") for line in self.entry.output if line.startswith("hint: ")]
            self.entry.end("failed", errors[0] if errors else f"exit code {code}: {last}", "".join(hints[-1:]))
        else:
            self.entry.end("done", last)
        self._told(self)


def _why(error: OSError | ValueError) -> str:
    """In words, with the file that is meant."""
    return f"{error.filename or ''} {error.strerror or error}" if isinstance(error, OSError) else str(error)


async def _is_over(staying: "asyncio.Future[None]") -> bool:
    """Whether it ends while one has patience."""
    try:
        await asyncio.wait_for(asyncio.shield(staying), PATIENCE_S)
    except TimeoutError:
        return False
    return True


class _Lines(asyncio.SubprocessProtocol):
    """Hands over what a process prints line by line, a very long one in pieces; says when all is over."""

    def __init__(self, said: Callable[[bytes], None], over: asyncio.Event) -> None:
        self._said = said
        self._over = over
        self._rest = b""

    def pipe_data_received(self, _fd: int, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _LONGEST:
            lines.append(self._rest)
            self._rest = b""
        for line in lines:
            self._said(line)

    def pipe_connection_lost(self, _fd: int, _exc: Exception | None) -> None:
        if self._rest:
            self._said(self._rest)
            self._rest = b""

    def connection_lost(self, _exc: Exception | None) -> None:
        self._over.set()


def _environ() -> dict[str, str]:
    """The dashboard's own, without what was put there for drawing."""
    return {key: value for key, value in os.environ.items() if not key.startswith("TEXTUAL_")}
