"""The journal as lines: when, what came of it, and the command that does the same."""

from collections.abc import Sequence
from typing import Final

from expbench.render.style import Role
from expbench.tui.journal import Entry, State
from expbench.tui.views.lines import Line, Span, line

_ROLES: Final[dict[State, Role]] = {"going on": "live", "done": "good", "failed": "bad", "cancelled": "warn"}


def journal_lines(entries: Sequence[Entry]) -> list[Line]:
    """One line an act, the latest first."""
    if not entries:
        return [(), line(("  Nothing was done yet. What you do to runs stands here, as commands.", "dim"))]
    return [_line(entry) for entry in reversed(entries)]


def output_lines(entry: Entry | None) -> list[Line]:
    """What the act printed, and its outcome."""
    if entry is None:
        return []
    head = line((entry.command, "key"))
    return [
        head,
        line((f"{entry.state}  ", _ROLES[entry.state]), entry.words),
        *(line(text) for text in entry.output),
        *([line(("hint: ", "label"), (entry.hint, "key"))] if entry.hint and not entry.output else []),
    ]


def _line(entry: Entry) -> Line:
    at = entry.at[11:19]
    return [Span(f" {at}  ", "dim"), Span(f"{entry.state:<9}  ", _ROLES[entry.state]), Span(entry.command)]
