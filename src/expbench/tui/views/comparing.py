"""Several runs beside each other as lines: keys and baseline stay at the left, runs move under them, one is chosen.

The first run is what the others are compared with. Which rows there are, and what their cells say, is decided where
`exp diff A B C` decides it.
"""

from collections.abc import Collection, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from expbench.domain.document import RunDocument
from expbench.domain.ids import shortest_prefixes
from expbench.domain.lineup import Fact
from expbench.render.blocks import quoted
from expbench.render.lineup import cell, hidden_text, sentence, shown_facts
from expbench.render.printable import clip, width
from expbench.render.style import PLAIN, Style, sign
from expbench.render.table import GAP
from expbench.tui.views.lines import LazyLines, Line, Look, Span, line

MOST_RUNS: Final = 50  # columns
SAMPLE: Final = 300  # rows that decide how wide columns are
_AXIS: Final = 9
_HINT: Final = 6  # cells that say how many more runs there are
_KEY, _RUN = (8, 28), (10, 30)  # the least and the most cells


class Compared(NamedTuple):
    """Runs, the first one being the baseline, and all facts about them."""

    runs: Sequence[RunDocument]
    facts: Sequence[Fact]


class Table(NamedTuple):
    """What is shown: facts, the cells given to keys and to each run, the chosen run, and those beside the baseline
    that are in sight, from `first` up to `end`.
    """

    compared: Compared
    facts: Sequence[Fact]
    key_width: int
    widths: Sequence[int]
    chosen: int
    first: int
    end: int
    style: Style


def runs_to_compare(baseline: str | None, marks: Collection[str], cursor: str | None) -> list[str]:
    """The baseline, then the marked runs; with fewer than two of these the run under the cursor, too."""
    found = list(dict.fromkeys([*([baseline] if baseline else []), *marks]))
    if len(found) < 2 and cursor is not None:
        found = list(dict.fromkeys([*found, cursor]))
    return found[:MOST_RUNS]


def table(compared: Compared, style: Style, chosen: int, first: int, *, everything: bool) -> Table:
    """The table as it fits into the style's width, with the chosen run in sight."""
    facts = shown_facts(compared.facts, everything)
    key_width = _between(max((_wide(fact.key) for fact in facts[:SAMPLE]), default=0), _KEY, style.width // 3)
    room = style.width - _AXIS - key_width
    spare = _HINT if len(compared.runs) > 2 else 0
    most = max((room - spare) // 2 - len(GAP), 6)
    widths = [_run_width(compared, facts, place, style, most) for place in range(len(compared.runs))]
    chosen = min(max(chosen, 0), max(len(compared.runs) - 1, 0))
    first = _first(widths, chosen, first, room)
    return Table(compared, facts, key_width, widths, chosen, first, _end(widths, first, room), style)


def header(shown: Table, known_ids: Collection[str]) -> Line:
    """The runs' ids and names, the chosen one marked; the baseline says that it is one."""
    ids = shortest_prefixes({run["id"] for run in shown.compared.runs}, known_ids)
    baseline = f"{sign('baseline', shown.style)} "
    heads: list[tuple[str, Look | None]] = [
        (
            f"{baseline if place == 0 else ''}{ids[run['id']]} {run['name']}",
            "chosen" if place == shown.chosen else "dim",
        )
        for place, run in enumerate(shown.compared.runs)
    ]
    hidden = len(heads) - 1 - (shown.end - shown.first)
    more = [Span(f"{GAP}+{hidden}{sign('ellipsis', shown.style)}", "dim")] if hidden > 0 else []
    return [*_line(shown, "", "", heads), *more]


class FactLines(LazyLines):
    """The rows, made one by one as they are drawn."""

    def __init__(self, shown: Table) -> None:
        self._shown = shown

    def __len__(self) -> int:
        return len(self._shown.facts)

    def line(self, number: int) -> Line:
        """The row of a fact."""
        shown, fact = self._shown, self._shown.facts[number]
        begins = number == 0 or shown.facts[number - 1].axis != fact.axis
        cells: list[tuple[str, Look | None]] = [
            *(cell(fact, place, shown.style) for place in range(len(fact.entries)))
        ]
        return _line(shown, fact.axis if begins else "", fact.key, cells)


def summary_line(compared: Compared, *, everything: bool) -> Line:
    """Which axes differ, and what is not shown."""
    words = " ".join(sentence(compared.facts, len(compared.runs), PLAIN))
    hidden = "" if everything else hidden_text(compared.facts).replace("--all shows", "a shows")
    return line((words, "heading"), "  " if hidden else "", (hidden, "dim"))


def too_few_lines(count: int) -> list[Line]:
    """What to do where there is nothing to compare."""
    lacking = "two runs are" if count == 0 else "another run is"
    return [
        line(),
        line(("  to compare ", None), (lacking, "heading"), " needed: on screen 1 "),
        line(
            "  mark runs with ", ("space", "key"), ", or pin a baseline with ", ("p", "key"), " and move to another"
        ),
    ]


def command(ids: Sequence[str], *, everything: bool) -> str:
    """What to type for the same table."""
    return " ".join(quoted(word) for word in ["exp", "diff", *ids, *(["--all"] if everything else [])])


def _line(shown: Table, axis: str, key: str, cells: Sequence[tuple[str, Look | None]]) -> list[Span]:
    end = sign("ellipsis", shown.style)
    spans = [Span(_left(axis, _AXIS, end), "label"), Span(_left(key, shown.key_width, end), "key")]
    for place in [0, *range(shown.first, shown.end)] if cells else []:
        text, look = cells[place]
        spans += [Span(GAP), Span(_right(text, shown.widths[place], end), look)]
    return spans


def _run_width(compared: Compared, facts: Sequence[Fact], place: int, style: Style, most: int) -> int:
    wanted = max((_wide(cell(fact, place, style).text) for fact in facts[:SAMPLE]), default=0)
    name = compared.runs[place]["name"]
    return _between(max(wanted, min(_wide(name) + 7, 20)), _RUN, most)


def _first(widths: Sequence[int], chosen: int, first: int, room: int) -> int:
    """The first run beside the baseline so that the chosen one is in sight, too."""
    if chosen == 0:
        return max(first, 1)
    first = max(min(first, chosen), 1)
    ends = list(accumulate((cells + len(GAP) for cells in widths), initial=0))
    while first < chosen and ends[chosen + 1] - ends[first] > room - ends[1] - _HINT:
        first += 1
    return first


def _end(widths: Sequence[int], first: int, room: int) -> int:
    """The end of the runs that have room beside the baseline; one at least."""
    left = room - sum(widths[:1]) - len(GAP)
    if first == 1 and sum(widths[1:]) + len(GAP) * (len(widths) - 1) <= left:
        return len(widths)
    left -= _HINT
    end = first
    while end < len(widths) and (end == first or widths[end] + len(GAP) <= left):
        left -= widths[end] + len(GAP)
        end += 1
    return end


def _between(cells: int, limits: tuple[int, int], most: int) -> int:
    return max(min(max(cells, limits[0]), limits[1], most), 1)


def _wide(text: str) -> int:
    return width(clip(text, _RUN[1]))


def _left(text: str, cells: int, end: str) -> str:
    shown = clip(text, cells, end)
    return shown + " " * (cells - width(shown))


def _right(text: str, cells: int, end: str) -> str:
    shown = clip(text, cells, end)
    return " " * (cells - width(shown)) + shown
