"""Figures and sparklines: golden pictures, sizes, and that nothing raw ever gets out."""

import math
import re
from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expbench.domain.curves import Prepared, View, prepare
from expbench.domain.reducing import Curve
from expbench.render.plot import Figure, figure_text, sparkline
from expbench.render.printable import width
from expbench.render.style import PLAIN, Style

ASCII = PLAIN._replace(unicode=False)
COLOUR = PLAIN._replace(colour=True)


def prepared(*series: Sequence[float], log_y: bool = False) -> Prepared:
    curves = [Curve([[(float(x), y) for x, y in enumerate(values)]], 0, 0) for values in series]
    return prepare(curves, View(log_y=log_y))


def figure(*series: Sequence[float], title: str = "") -> Figure:
    return Figure(prepared(*series), [f"curve {number}" for number in range(len(series))], title)


def test_one_curve_is_drawn_in_fine_dots() -> None:
    assert figure_text(figure([0, 1, 4, 9, 16], title="squares"), PLAIN, 32, 9).split("\n") == [
        "squares",
        "  ┌────────────────────────────┐",
        "  │                        ⢀⡠⠔⠊│",
        "10┤                    ⢀⡠⠔⠊⠁   │",
        "  │              ⣀⣀⠤⠔⠒⠉⠁       │",
        " 0┤⣀⣀⣀⣀⣀⣀⣀⠤⠤⠔⠒⠒⠉⠉              │",
        "  └┬─────────────┬────────────┬┘",
        "   0             2            4",
        "⠤⠤ curve 0",
    ]


def test_without_colour_each_curve_has_a_mark_of_its_own() -> None:
    text = figure_text(figure([0, 1], [1, 0]), PLAIN, 30, 10)
    assert "•" in text
    assert "×" in text
    assert text.splitlines()[-2:] == ["•• curve 0", "×× curve 1"]
    assert "\x1b" not in text


def test_with_colour_the_legend_shows_it() -> None:
    lines = figure_text(figure([0, 1], [1, 0]), COLOUR, 30, 10).splitlines()
    assert lines[-2].startswith("\x1b[94m⠤⠤\x1b[0m ")
    assert lines[-1].startswith("\x1b[91m⠤⠤\x1b[0m ")
    assert any("\x1b[91m" in line for line in lines[:-2])


def test_only_the_terminals_own_sixteen_colours_are_used() -> None:
    text = figure_text(figure(*[[n, n + 1] for n in range(9)], title="many"), COLOUR, 60, 30)
    assert set(re.findall(r"\x1b\[([0-9;]*)m", text)) <= {"0", "1", "91", "92", "93", "94", "95", "96"}


def test_a_plain_terminal_gets_ascii() -> None:
    assert figure_text(figure([0, 5, 10]), ASCII, 24, 8).isascii()
    assert figure_text(figure([0, 5, 10], [1, 2, 3]), ASCII, 24, 8).split("\n") == [
        "  +--------------------+",
        "10+                   *|",
        " 5+          *********+|",
        " 0++++++++++++++++++++ |",
        "  ++------------------++",
        "   0                  2",
        "** curve 0",
        "++ curve 1",
    ]


def test_a_nan_is_a_gap() -> None:
    split = Curve([[(0.0, 1.0), (4.0, 1.0)], [(6.0, 1.0), (10.0, 1.0)]], 1, 0)
    text = figure_text(Figure(prepare([split], View()), ["x"]), ASCII, 26, 6)
    (row,) = [line for line in text.splitlines()[:-1] if "*" in line]
    assert re.search(r"\*{6,} {2,6}\*{6,}", row)


def test_nothing_to_draw_says_so() -> None:
    assert figure_text(Figure(prepare([], View()), []), PLAIN, 30, 10) == "no point to draw"


@pytest.mark.parametrize("size", [*product([1, 2, 5, 10, 19, 20, 21, 40, 200], [1, 2, 3, 4, 5, 6, 12, 60])])
@pytest.mark.parametrize("style", [PLAIN, ASCII, COLOUR])
def test_any_size_is_kept_to(size: tuple[int, int], style: Style) -> None:
    figures = [figure([1, 9, 3], title="t" * 300), figure(*[[n, -n] for n in range(30)]), figure([7.0])]
    for each in figures:
        lines = re.sub(r"\x1b\[[0-9;]*m", "", figure_text(each, style, *size)).split("\n")
        assert len(lines) <= size[1]
        assert max(map(width, lines)) <= size[0]


def test_many_curves_shorten_the_legend() -> None:
    lines = figure_text(figure(*[[n, n + 1] for n in range(40)]), PLAIN, 60, 24).splitlines()
    assert lines[-1] == "… and 33 more"
    assert len(lines) == 24


HOSTILE = ["\x1b]52;c;aGk=\x07", "\x9b31m", "a\u202eb", "line\nbreak", "\ud800", "[@click=x]y[/]", "表" * 50, "é" * 9]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_label_never_gets_out_raw(text: str) -> None:
    shown = figure_text(Figure(prepared([1, 2], [3, 4]), [text, text * 2], text), PLAIN, 40, 12)
    assert "\x1b" not in shown
    assert all(line.isprintable() for line in shown.split("\n"))
    assert all(width(line) <= 40 for line in shown.split("\n"))


def test_a_label_of_a_megabyte_costs_a_line() -> None:
    assert len(figure_text(Figure(prepared([1, 2]), ["n" * 1_000_000], "t" * 1_000_000), PLAIN, 60, 12)) < 2000


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=9), max_size=4))
def test_any_values_are_drawn(series: list[list[float]]) -> None:
    """1e308 beside 5e-324, one outlier of 1e9: the picture stays a picture."""
    for view in (False, True):
        text = figure_text(Figure(prepared(*series, log_y=view), ["x"] * len(series)), PLAIN, 40, 10)
        assert len(text.splitlines()) <= 10
        assert max(map(width, text.splitlines())) <= 40


def test_a_sparkline_rises() -> None:
    assert sparkline(range(8), 8, PLAIN) == "▁▂▃▄▅▆▇█"
    assert sparkline(range(8), 8, ASCII) == "_.-~=+*#"


def test_a_constant_sparkline_stands_half_way_up() -> None:
    assert sparkline([5.0] * 3, 8, PLAIN) == "▄▄▄"


def test_a_sparkline_leaves_a_gap_where_there_is_no_number() -> None:
    assert sparkline([0.0, math.nan, 1.0], 8, PLAIN) == "▁ █"
    assert sparkline([math.nan, math.inf], 8, PLAIN) == ""
    assert sparkline([], 8, PLAIN) == sparkline([1.0], 0, PLAIN) == ""


def test_a_sparkline_keeps_peaks_and_dips() -> None:
    values = [1.0] * 1000
    values[250], values[750] = 2.0, 0.0
    assert sparkline(values, 10, PLAIN) == "▅▅█▅▅▅▅▁▅▅"


@given(st.lists(st.floats(), max_size=50), st.integers(1, 12))
def test_a_sparkline_is_never_wider_than_its_cells(values: list[float], cells: int) -> None:
    assert width(sparkline(values, cells, PLAIN)) <= cells
    assert sparkline(values, cells, ASCII).isascii()
