"""A param against a metric: ticks inside, few and ASCII; categories named below; nothing raw."""

import csv
import io
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expbench.domain.relation import Paired
from expbench.domain.scatter import Scatter, scatter
from expbench.render.plot import figure_text
from expbench.render.printable import width
from expbench.render.scatter import pairs_csv, scatter_figure, scatter_title
from expbench.render.style import Style
from expbench.services.relating import Pairs
from tests.render.documents import first_run
from tests.render.test_nothing_raw import assert_harmless
from tests.render.test_printable import anything, raw

finite = st.floats(allow_nan=False, allow_infinity=False)


def paired(*points: tuple[Any, float]) -> list[Paired]:
    return [Paired({**first_run(), "id": f"{place:012d}"}, x, y) for place, (x, y) in enumerate(points)]


def found(*points: tuple[Any, float]) -> Scatter:
    return scatter(paired(*points))


def labels(of: Scatter, wide: int = 80) -> list[str]:
    return [tick.label for tick in scatter_figure(of, "t", wide=wide).x_ticks or []]


@pytest.mark.parametrize(
    ("xs", "expected"),
    [
        ([0.0, 1.0], ["0", "0.5", "1.0"]),
        ([1e-4, 1e-1], ["1e-4", "0.001", "0.01", "0.1"]),
        (["adam", "sgd"], ["1", "2"]),
        ([True, False, True], ["1", "2"]),
        ([1, "1", 1.0, None], ["1", "2", "3", "4"]),
        ([], []),
    ],
)
def test_what_stands_below_the_axis(xs: list[Any], expected: list[str]) -> None:
    assert labels(found(*((x, 0.5) for x in xs))) == expected


def test_categories_are_named_below_in_the_order_in_which_they_are_met() -> None:
    figure = scatter_figure(found(("sgd", 1.0), ("adam", 2.0), ("sgd", 3.0), ("1", 4.0)), "t", wide=80)
    assert figure.notes == ['1 sgd   2 adam   3 "1"']
    assert scatter_figure(found((1, 1.0), (2, 2.0)), "t", wide=80).notes == []


def test_of_many_or_monstrous_categories_the_names_are_cut_and_the_ticks_thinned() -> None:
    figure = scatter_figure(found(*((f"c{n}" + "x" * 100_000, float(n)) for n in range(200))), "t", wide=50)
    assert len(figure.notes[0]) < 60 * 210
    assert [tick.label for tick in figure.x_ticks or []] == [str(number) for number in range(1, 201, 20)]


@settings(max_examples=60)
@given(st.lists(st.tuples(finite, finite), max_size=6), st.integers(1, 200), st.booleans(), st.booleans())
def test_any_numbers_have_finite_ticks_in_ascii(
    points: list[tuple[float, float]], wide: int, log_y: bool, clip: bool
) -> None:
    figure = scatter_figure(found(*points), "t", wide=wide, log_y=log_y, clip=clip)
    for tick in figure.x_ticks or []:
        assert math.isfinite(tick.value)
        assert tick.label.isascii()
        assert tick.label.isprintable()


@settings(max_examples=25)
@given(
    st.lists(st.tuples(anything | finite, finite), min_size=1, max_size=5),
    st.sampled_from([1, 12, 20, 45, 80]),
    st.booleans(),
)
def test_a_picture_of_anything_is_harmless_and_fits(
    points: list[tuple[Any, float]], wide: int, unicode: bool
) -> None:
    style = Style(False, wide, unicode)
    title = scatter_title(str(points[0][0]), "p\x1b", found(*points), log_y=False)
    text = figure_text(scatter_figure(found(*points), title, wide=wide, chosen=0), style, wide, 12)
    assert_harmless(text, style)
    assert all(width(line) <= wide for line in text.split("\n"))
    assert len(text.split("\n")) <= 12


@pytest.mark.parametrize(
    ("points", "log_y", "title"),
    [
        ([(1, 1.0)], False, "acc against lr"),
        ([(1, 1.0)], True, "acc against lr, log y"),
        ([(1e-5, 1.0), (1, 1.0)], False, "acc against lr, log x"),
        ([(1e-5, 1.0), (1, 1.0)], True, "acc against lr, log x, log y"),
        ([(0, 1.0), (1000, 1.0)], False, "acc against lr"),
    ],
)
def test_the_title_says_which_axis_runs_by_the_logarithm(
    points: list[tuple[Any, float]], log_y: bool, title: str
) -> None:
    assert scatter_title("acc", "lr", found(*points), log_y=log_y) == title


@given(st.lists(st.tuples(anything | finite | st.booleans() | st.none(), finite), max_size=5), anything)
def test_csv_holds_the_exact_metric_and_nothing_raw(points: list[tuple[Any, float]], name: str) -> None:
    text = pairs_csv(Pairs("acc", name, paired(*points), 0))
    assert raw(text, newlines=True) == []
    rows = list(csv.reader(io.StringIO(text)))[1:]
    assert [float(row[3]) for row in rows] == [y for _, y in points]
