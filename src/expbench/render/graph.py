"""`exp graph` as text: git's own lines, and below each commit its runs. No line is wider than the style allows."""

from collections.abc import Mapping, Sequence
from typing import Final

from expbench.render.printable import clip, printable, width
from expbench.render.runs import STATUS_ROLES
from expbench.render.style import UNLIMITED, Role, Style, paint, sign
from expbench.render.values import number
from expbench.services.graphing import CommitRuns, HangingRun

SHOWN: Final = 5  # runs below a commit
_SHORT: Final = 7
_NAME: Final = 28
Piece = tuple[str, Role | None]


def commit_lines(
    signs: str, below: Sequence[str], commit: CommitRuns, short: Mapping[str, str], style: Style, shown: int = SHOWN
) -> list[str]:
    """The line of a commit, and one for each of its runs; `short` are the ids as they are to be shown.

    `below` are git's signs for these, which come even where nothing is said when a line of the graph turns there.
    """
    head: list[Piece] = [(signs, None), (commit["commit"][:_SHORT], "warn")]
    if commit["names"]:
        head.append((f" ({', '.join(commit['names'])})", "good"))
    head.append((f" {commit['subject']}", None))
    lines = [_fitted(head, style)]
    said = [_run(run, short, style) for run in commit["runs"][:shown]]
    left = len(commit["runs"]) - shown
    if left > 0:
        said.append([(f"    and {left} more", "dim")])
    rows = max(len(said), 1 + max((place for place, row in enumerate(below) if _turns(row)), default=-1))
    for place in range(rows):
        row = below[place] if place < len(below) else _straight(below)
        lines.append(_fitted([(row, None), *(said[place] if place < len(said) else [])], style))
    return lines


def _turns(row: str) -> bool:
    return any(letter in "\\/_-." for letter in row)


def _straight(below: Sequence[str]) -> str:
    """The last of git's rows, where all goes straight on."""
    return "".join(letter if letter in "| " else " " for letter in below[-1]) if below else ""


def _run(run: HangingRun, short: Mapping[str, str], style: Style) -> list[Piece]:
    status = run["status"]
    mark = sign("best", style) if run["best"] else sign(status, style) if status in STATUS_ROLES else "?"
    name = clip(run["name"], _NAME, sign("ellipsis", style))
    pieces: list[Piece] = [
        (f"  {mark} ", "warn" if run["best"] else STATUS_ROLES.get(status)),
        (short.get(run["id"], run["id"]), "id"),
        (f" {name}", None),
    ]
    if run["metric"] is not None:
        key = clip(run["metric"]["key"], _NAME, sign("ellipsis", style))
        pieces.append((f"  {key} {number(run['metric']['value'])}", None))
    words = [word for word in (run["relation"], status) if word not in ("exact", "finished")]
    words += ["best"] if run["best"] else []
    return [*pieces, *((f"  {word}", _role(word)) for word in words)]


def _role(word: str) -> Role | None:
    return "warn" if word in ("dirty", "best") else STATUS_ROLES.get(word, "dim")


def _fitted(pieces: Sequence[Piece], style: Style) -> str:
    """The pieces in their colours, the last ones cut where the line would be too wide."""
    room, parts = style.width, []
    for text, role in pieces:
        shown = printable(text) if style.width >= UNLIMITED else clip(text, room, sign("ellipsis", style))
        room -= width(shown)
        parts.append(paint(shown, role, style))
        if room <= 0:
            break
    return "".join(parts).rstrip()
