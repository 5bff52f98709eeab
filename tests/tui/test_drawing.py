"""Pictures as strips: their sizes, what they say beside the curves, and anything that may stand in a series."""

import math
import re
from array import array
from collections.abc import Sequence

import pytest
from rich.segment import Segment

from expbench.domain.document import RunDocument
from expbench.domain.relation import Paired
from expbench.domain.series import Points
from expbench.errors import EnvironmentUnusable
from expbench.render.style import Style
from expbench.services.redrawing import Canvas, Source, State
from expbench.services.relating import Pairs
from expbench.tui.drawing import Drawn, Order, draw_curves, draw_scatter, legend_of
from expbench.tui.views.plotting import Looking
from expbench.tui.widgets.chart import blank, joined_strip, strips_of
from tests.services.runs_in_memory import run

COLOUR = Style(True, 80, True)
ASCII = Style(False, 80, False)
HOSTILE = "\x1b]52;c;aGk=\x07[@click=app.quit]\u202e漢字\n"


def canvas(**series: Sequence[float]) -> Canvas:
    """Every run has these series."""

    def points(state: State, first: int, count: int) -> Points:
        values = series[state.file][first : first + count]
        steps = range(first, first + len(values))
        return Points(array("q", steps), array("d", map(float, steps)), array("d", values))

    def state(_run: str, key: str) -> State | None:
        return State(key, 1, len(series[key]), 1) if key in series else None

    return Canvas(Source(state, points))


def runs(count: int) -> list[RunDocument]:
    return [run(f"{number:x}aaa00000000", f"run-{number}", 1) for number in range(count)]


def order(
    *metrics: str, size: tuple[int, int] = (80, 20), count: int = 1, style: Style = COLOUR, **how: object
) -> Order:
    looking = Looking(metrics)._replace(**how)  # type: ignore[arg-type]  # as its fields
    return Order(looking, runs(count), *size, style)


def lines(drawn: Drawn) -> list[str]:
    return [strip.text for strip in drawn.strips]


@pytest.mark.parametrize("size", [(1, 1), (1, 30), (300, 1), (5, 3), (20, 5), (79, 23), (200, 50)])
def test_a_picture_has_exactly_the_size_that_was_asked_for(size: tuple[int, int]) -> None:
    drawn = draw_curves(order("a", "b", "c", size=size, count=3), canvas(a=[1, 2], b=[3, 1], c=[0]))
    assert len(drawn.strips) == size[1]
    assert {strip.cell_length for strip in drawn.strips} == {size[0]}


def test_each_metric_has_a_chart_with_its_name() -> None:
    drawn = draw_curves(order("loss", "acc", log_y=True, smooth=0.9), canvas(loss=[3, 2, 1], acc=[1, 2, 3]))
    text = "\n".join(lines(drawn))
    assert "→ loss  by step, log y, smoothed 0.9" in text
    assert re.search(r"^acc  by step", text, re.MULTILINE)
    assert [box.number for box in drawn.boxes] == [0, 1]


def test_charts_have_one_x_and_say_where_they_are() -> None:
    drawn = draw_curves(order("a", "b", size=(80, 20)), canvas(a=[1.0] * 10, b=[2.0] * 30))
    assert drawn.view == drawn.whole
    assert list(drawn.whole or ()) == [0, 29]
    for box in drawn.boxes:
        assert box.frame
        row = lines(drawn)[box.top + box.frame.top]
        assert row[box.left + box.frame.left - 1] in "│┤"
        assert row[box.left + box.frame.right + 1] == "│"


def test_what_is_not_drawn_is_counted() -> None:
    drawn = draw_curves(order("a", log_y=True), canvas(a=[math.nan, math.inf, -1.0, 5.0, 6.0]))
    assert "2 NaN or infinite, 1 not above 0" in lines(drawn)[0]
    clipped = draw_curves(order("a", clip=True), canvas(a=[1.0, 2.0] * 20 + [1e9]))
    assert "1 outlier outside" in lines(clipped)[0]


@pytest.mark.parametrize(
    "values",
    [[], [math.nan] * 5, [math.inf, -math.inf], [1.0], [1e308, -1e308, 1.7e308], [5e-324], [0.0, -0.0], [1, 1e9]],
    ids=str,
)
@pytest.mark.parametrize("how", [{}, {"log_y": True}, {"smooth": 0.9}, {"clip": True}, {"axis": "time"}], ids=str)
def test_any_values_are_drawn_or_said_to_be_none(values: list[float], how: dict[str, object]) -> None:
    drawn = draw_curves(order("a", **how), canvas(a=values))  # type: ignore[arg-type]  # fields of Looking
    assert len(drawn.strips) == 20


def test_no_metric_and_no_run_say_what_to_do() -> None:
    assert "m chooses" in lines(draw_curves(order(), canvas()))[0]
    assert "m chooses" in lines(draw_curves(order("a", count=0), canvas(a=[1.0])))[0]


def test_a_series_that_cannot_be_read_is_named() -> None:
    def state(_run: str, _key: str) -> State | None:
        raise EnvironmentUnusable("a series can't be read", "Input/output error", "exp doctor")

    broken = Canvas(Source(state, lambda _state, _first, _count: Points(array("q"), array("d"), array("d"))))
    drawn = draw_curves(order("a"), broken)
    assert drawn.troubles == ["run-0: a series can't be read: Input/output error"]
    assert len(drawn.strips) == 20


def test_hostile_names_of_metrics_are_only_text() -> None:
    name = HOSTILE * 20_000
    drawn = draw_curves(Order(Looking((name,)), runs(2), 80, 12, COLOUR), canvas(**{name: [1.0, 2.0]}))
    text = "".join(lines(drawn))
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202e]", text)
    assert {strip.cell_length for strip in drawn.strips} == {80}


def test_ascii_and_no_colour_are_honoured() -> None:
    drawn = draw_curves(order("a", "b", count=3, style=ASCII), canvas(a=[1, 2, 3], b=[3, 1, 2]))
    assert "".join(lines(drawn)).isascii()
    assert all(
        segment.style is not None and segment.style.color is None for strip in drawn.strips for segment in strip
    )


def test_a_legend_has_a_line_a_run_and_says_how_many_more() -> None:
    strips = legend_of(order("a", count=9), [f"run {HOSTILE}{n}" for n in range(9)], 4)
    assert len(strips) == 4
    assert strips[-1].text.strip() == "… and 6 more"
    assert not re.search(r"[\x00-\x1f\u202e]", "".join(strip.text for strip in strips))


def test_a_scatter_has_a_mark_a_run_and_another_for_the_chosen_one() -> None:
    pairs = Pairs("acc", "opt", [Paired(one, HOSTILE, 1.0 + place) for place, one in enumerate(runs(3))], 0)
    drawn = draw_scatter(order("acc", size=(60, 12)), pairs, 1)
    text = "\n".join(lines(drawn))
    assert (text.count("•"), text.count("×")) == (2, 1)
    assert len(drawn.strips) == 12
    assert not re.search(r"[\x00-\x09\x1b\u202e]", text)
    assert "×" not in "".join(lines(draw_scatter(order("acc"), pairs, 99)))


def test_strips_are_cut_filled_and_keep_their_colours() -> None:
    first, second = strips_of(["\x1b[94mab\x1b[0mcd", "x" * 9], 5, 2)
    assert [segment.text for segment in first] == ["ab", "cd", " "]
    assert [str(segment.style) for segment in first] == ["bright_blue", "none", "none"]
    assert second.text == "xxxxx"
    assert joined_strip([first, second], 7).text == "abcd xx"
    assert strips_of([], 3, 2) == [blank(3), blank(3)]
    assert all(isinstance(segment, Segment) and segment.style is not None for segment in blank(3))


def test_an_unknown_colour_is_none() -> None:
    (strip,) = strips_of(["\x1b[999mx\x1b[0m"], 1, 1)
    assert strip.text == "x"
