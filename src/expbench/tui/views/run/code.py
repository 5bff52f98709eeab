"""The uncommitted work that a run's snapshot holds: its files, and the patch."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from expbench.domain.diff import FileChange
from expbench.domain.document import RunDocument
from expbench.render.diff import patch_lines
from expbench.render.printable import width
from expbench.render.style import Role, Style
from expbench.tui.views.lines import Line, Span
from expbench.tui.views.painted import spans_of
from expbench.tui.views.run.pages import shown_of

MOST: Final = 500_000  # characters of a patch that are shown
_LONGEST: Final = 4000  # characters of one of its lines that are
_LOOKS: Final[dict[str, Role]] = {"A": "added", "D": "removed", "M": "key", "R": "key"}


class Patch(NamedTuple):
    """A patch as lines, and the line at which each of its files begins."""

    lines: list[Line]
    starts: list[int]


def file_lines(files: Sequence[FileChange]) -> list[Line]:
    """A line a file: how it was changed, its path, the lines added and deleted."""
    return [_file_line(change) for change in files]


def patch_of(text: str, style: Style) -> Patch:
    """The patch, coloured; its end is left off when it is very long."""
    cut = [line[:_LONGEST] for line in text[:MOST].split("\n")]
    lines: list[Line] = [spans_of(line) for line in patch_lines("\n".join(cut), style)] if text else []
    if len(text) > MOST:
        lines.append([Span("and more; whole: exp show RUN --patch", "warn")])
    starts = [number for number, line in enumerate(cut) if line.startswith("diff --git ")]
    return Patch(lines, starts)


def about_code(document: RunDocument, files: Sequence[FileChange], style: Style, now: str) -> list[Line]:
    """What stands above: commit and snapshot, what was left out; and that nothing was uncommitted, if so."""
    lines = shown_of(document, ("code",), style, now)
    if not files and document["code"]["snapshot"]:
        lines += [(), [Span("nothing was uncommitted: the snapshot is the commit itself", "dim")]]
    return lines


def _file_line(change: FileChange) -> Line:
    counts = [(change["added"], "+", "added"), (change["deleted"], "-", "removed")]
    looks: list[tuple[int | None, str, Role]] = [(count, mark, role) for count, mark, role in counts]  # type: ignore[misc]  # the roles are roles
    numbers = [Span(f"{mark}{count} ", role) for count, mark, role in looks if count]
    binary = [Span("binary ", "dim")] if change["added"] is None else []
    origin = [Span(f" from {change['from']}", "dim")] if change["from"] else []
    cells = sum(width(span.text) for span in (*numbers, *binary))
    blanks = Span(" " * max(12 - cells, 0))
    return [
        Span(f" {change['status']} ", _LOOKS[change["status"]]),
        *numbers,
        *binary,
        blanks,
        Span(change["path"]),
        *origin,
    ]
