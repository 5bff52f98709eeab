"""The journal of the dashboard: each act with the command that does the same, and what came of it."""

from collections.abc import Sequence
from typing import Literal

from expbench.render.blocks import quoted

State = Literal["going on", "done", "failed", "cancelled"]


class Entry:
    """One act. What it printed last stands in `output`, at most `MOST` lines."""

    MOST = 500

    def __init__(self, at: str, argv: Sequence[str], folder: str = ".", to: str = "") -> None:
        self.at = at
        self.argv = list(argv)
        self.folder = folder
        self.to = to  # the file that takes what it prints
        self.state: State = "going on"
        self.words = ""
        self.hint = ""  # the next step after a failure
        self.output: list[str] = []

    @property
    def command(self) -> str:
        """The command as a shell takes it, in the project's root."""
        words = " ".join(quoted(word) for word in ("exp", *self.argv)) + (f" > {quoted(self.to)}" if self.to else "")
        return words if self.folder in ("", ".") else f"cd {quoted(self.folder)} && {words}"

    def end(self, state: State, words: str, hint: str = "") -> None:
        """It is over."""
        self.state = state
        self.words = words
        self.hint = hint

    def printed(self, line: str) -> None:
        """It said something."""
        self.output.append(line)
        del self.output[: -self.MOST]
