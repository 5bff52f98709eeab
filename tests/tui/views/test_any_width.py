"""Whatever data says, however narrow the window: lines keep to their cells, and no control reaches the terminal."""

import re
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from expbench.domain.document import RunDocument
from expbench.render.printable import printable, width
from expbench.render.style import Style
from expbench.tui.keys import KEYS, Key
from expbench.tui.plain import plain
from expbench.tui.state import Choices, Snapshot
from expbench.tui.views.bars import keys_line, title_line
from expbench.tui.views.choosing import choice_lines
from expbench.tui.views.empty import empty_lines
from expbench.tui.views.facets import facet_lines, facets
from expbench.tui.views.help import help_lines
from expbench.tui.views.lines import Line, Span, fitted, shifted, text_of, with_end
from expbench.tui.views.picking import Group
from expbench.tui.views.runs import RunLines, Scene, header, layout
from tests.services.runs_in_memory import run
from tests.tui.test_picking import case, snapshot_of

# What terminals obey, what takes no cell, what takes two, and what only looks like a letter.
PIECES = [
    "a", "Z9", " ", "日", "本語", "e\u0301", "\u200b", "\u200d", "\ufe0f", "\U0001f468\u200d\U0001f469", "\U0001f600",
    "\x1b[31m", "\x1b]52;c;x\x07", "\r", "\n", "\t", "\x9b", "\x7f", "\u202e", "\u2028", "\udcff", "\u0600", "ﬁ", "▇",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
LINES = st.lists(st.builds(Span, TEXTS, st.sampled_from([None, "dim", "cursor", "bar"])), max_size=5)
WIDTHS = st.integers(1, 200)
CUTS = st.sampled_from(["…", "~", ""])
FEW = 40  # examples of what takes some milliseconds
NOW = "2026-03-10T12:00:00.000000Z"


def drawn(spans: Line, cells: int) -> str:
    """What a widget of this width sends for the line."""
    return "".join(text for text, _ in fitted(spans, cells))


@settings(max_examples=FEW)
@given(LINES, WIDTHS, CUTS)
def test_a_line_takes_exactly_its_cells(spans: list[Span], cells: int, cut: str) -> None:
    text = "".join(part for part, _ in fitted(spans, cells, cut))
    assert sum(width(part) for part, _ in fitted(spans, cells, cut)) == cells
    assert printable(text) == text


@given(LINES, WIDTHS)
def test_a_line_for_a_terminal_that_knows_ascii_only_takes_as_many(spans: list[Span], cells: int) -> None:
    for text, _ in fitted(spans, cells, "~"):
        assert plain(text).isascii()
        assert len(plain(text)) == cell_len(text)
        assert plain(text).isprintable()


@settings(max_examples=FEW)
@given(LINES, st.integers(0, 30))
def test_moving_sideways_takes_as_many_cells_and_no_more(spans: list[Span], by: int) -> None:
    whole = sum(width(printable(span.text)) for span in spans)
    left = shifted(spans, by)
    assert sum(width(printable(span.text)) for span in left) == max(whole - by, 0)
    assert [span.look for span in left] == [span.look for span in spans]


def test_a_wide_letter_cut_in_the_middle_leaves_a_blank_and_the_rest_stands_still() -> None:
    spans = [Span("日本", "dim"), Span("abc")]
    assert [text_of(shifted(spans, by)) for by in range(7)] == [
        "日本abc", " 本abc", "本abc", " abc", "abc", "bc", "c",
    ]  # fmt: skip


@settings(max_examples=FEW)
@given(TEXTS, st.integers(1, 30))
def test_moving_by_one_moves_by_one(text: str, by: int) -> None:
    once = shifted([Span(text)], by)
    twice = shifted(shifted([Span(text)], by - 1), 1)
    assert width(text_of(once)) == width(text_of(twice))


@settings(max_examples=FEW)
@given(LINES, LINES, WIDTHS)
def test_an_end_is_seen_whenever_it_has_room(spans: list[Span], end: list[Span], cells: int) -> None:
    shown = drawn(with_end(spans, end, cells), cells)
    assert width(text_of(end)) > cells or text_of(end).rstrip(" ") in shown


@settings(max_examples=FEW)
@given(st.lists(TEXTS, min_size=1, max_size=4), WIDTHS)
def test_facets_keep_to_their_width_and_counts_stand_right(names: list[str], cells: int) -> None:
    snapshot = snapshot_of([case(number, experiment=name) for number, name in enumerate(names)])
    for spans in facet_lines(facets(snapshot, range(len(names))), cells):
        assert printable(drawn(spans, cells)) == drawn(spans, cells)
        assert cells < 5 or len(spans) == 1 or width(text_of(spans)) == cells


def scene(documents: Sequence[RunDocument], cells: int, *, unicode: bool, baseline: bool) -> Scene:
    choices = Choices()
    choices.baseline = documents[0]["id"] if baseline else None
    choices.marks = dict.fromkeys(document["id"] for document in documents)
    style = Style(colour=False, width=cells, unicode=unicode)
    return Scene(snapshot_of(documents), choices, style, NOW, lambda _: "max", 4)


@settings(max_examples=FEW)
@given(TEXTS, TEXTS.filter(bool), WIDTHS, st.booleans(), st.booleans())
def test_rows_of_runs_keep_to_the_width_of_their_header(
    name: str, metric: str, cells: int, unicode: bool, baseline: bool
) -> None:
    told = run("000000000000", name, experiment=name, metrics={metric: 0.5})
    documents = [told, case(1, metrics={metric: float("nan")})]
    view = scene(documents, cells, unicode=unicode, baseline=baseline)
    shown = layout(documents, (), metric, view)
    group = Group(name, [documents[0]["id"]], {metric: (0.5, None, 1)}, unfolded=False)
    lines = RunLines([*view.snapshot.ids, group, "gone"], shown, view)
    for spans in (header(shown, view.style), *lines):
        text = drawn(spans, cells)
        assert width(text) == cells
        assert printable(text) == text
    rows = [text_of(lines[number]) for number in range(2)]
    assert len({width(text) for text in rows}) == 1, "columns stand below each other"


@settings(max_examples=FEW)
@given(WIDTHS, TEXTS)
def test_bars_and_lists_have_no_raw_letter_at_any_width(cells: int, name: str) -> None:
    told = Snapshot(trouble=name, complete=True)
    lines = [
        title_line("runs", name, name), *empty_lines(told, narrowed=False), *choice_lines([name], [name], many=True),
        keys_line([Key("x", (name or "x",), "x", "x", "Look", foot=name)]),
    ]  # fmt: skip
    for spans in lines:
        assert width(drawn(spans, cells)) == cells
        assert printable(drawn(spans, cells)) == drawn(spans, cells)


def test_the_dashboards_own_words_are_ascii() -> None:
    """On a terminal that knows no more, nothing of ours becomes a question mark."""
    own = [*help_lines(KEYS), keys_line(KEYS), *empty_lines(Snapshot(complete=True), narrowed=False)]
    assert [text_of(spans) for spans in own if not text_of(spans).isascii()] == []
    assert not re.search(r"[^\x20-\x7e]", "".join(text_of(spans) for spans in own))
