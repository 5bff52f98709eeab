"""`prepare`: whatever the curves hold, only finite numbers from 0 to 1 come out, and what is drawn is true."""

import math

from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.curves import Prepared, View, prepare
from expbench.domain.reducing import Curve, Extent

finite = st.floats(allow_nan=False, allow_infinity=False)
stretches = st.lists(
    st.lists(st.tuples(st.floats(-1e15, 1e15), finite), min_size=1, max_size=6).map(sorted), max_size=4
)
limits = st.none() | st.tuples(finite, finite).map(lambda pair: Extent(*sorted(pair)))


def curve(*ys: float) -> Curve:
    return Curve([[(float(x), y) for x, y in enumerate(ys)]], 0, 0)


def all_points(prepared: Prepared) -> list[tuple[float, float]]:
    return [point for lines in prepared.lines for line in lines for point in line]


@given(st.lists(stretches, max_size=3), limits, limits, st.booleans(), st.booleans())
def test_only_finite_numbers_inside_the_picture_come_out(
    drawn: list[list[list[tuple[float, float]]]], x: Extent | None, y: Extent | None, log_y: bool, clip: bool
) -> None:
    """The drawing library aborts, or fills the memory, on anything else."""
    prepared = prepare([Curve(found, 0, 0) for found in drawn], View(x, y, log_y, clip))
    assert len(prepared.lines) == len(drawn)
    for px, py in all_points(prepared):
        assert math.isfinite(px)
        assert math.isfinite(py)
        assert 0.0 <= px <= 1.0
        assert 0.0 <= py <= 1.0
    for found in (prepared.x, prepared.y):
        assert found is None or (math.isfinite(found.low) and math.isfinite(found.high) and found.low < found.high)
    assert not log_y or prepared.y is None or prepared.y.low > 0


def test_nothing_to_draw_says_so() -> None:
    assert prepare([Curve([], 3, 0)], View()) == Prepared([[]], None, None, False, 0)
    assert prepare([], View()).x is None


def test_a_curve_fills_the_picture() -> None:
    prepared = prepare([curve(0.0, 5.0, 10.0)], View())
    assert prepared.lines == [[[(0.0, 0.0), (0.5, 0.5), (1.0, 1.0)]]]
    assert (prepared.x, prepared.y, prepared.outside) == (Extent(0.0, 2.0), Extent(0.0, 10.0), 0)


def test_a_constant_stands_half_way_up() -> None:
    (((first, second),),) = prepare([curve(3.0, 3.0)], View()).lines
    assert (first, second) == ((0.0, 0.5), (1.0, 0.5))


def test_a_logarithmic_axis_is_even_in_the_logarithm() -> None:
    prepared = prepare([curve(1.0, 10.0, 100.0)], View(log_y=True))
    assert [y for _, y in all_points(prepared)] == [0.0, 0.5, 1.0]


def test_a_line_is_cut_where_it_leaves_the_view() -> None:
    prepared = prepare([curve(0.0, 10.0, 0.0)], View(y=Extent(0.0, 5.0)))
    assert prepared.lines == [[[(0.0, 0.0), (0.25, 1.0)], [(0.75, 1.0), (1.0, 0.0)]]]
    assert prepared.outside == 1


def test_a_line_that_only_crosses_the_view_is_drawn() -> None:
    prepared = prepare([curve(0.0, 10.0)], View(x=Extent(0.4, 0.6), y=Extent(0.0, 10.0)))
    assert [[round(y, 6) for _, y in line] for line in prepared.lines[0]] == [[0.4, 0.6]]


def test_an_outlier_is_left_out_only_when_asked() -> None:
    spiked = curve(*[1.0 + 0.01 * n for n in range(20)], 1e9, *[1.0] * 20)
    plain = prepare([spiked], View())
    assert plain.y is not None
    assert plain.y.high == 1e9
    clipped = prepare([spiked], View(clip_outliers=True))
    assert clipped.y is not None
    assert clipped.y.high < 2
    assert clipped.outside == 1


def test_an_outlier_on_a_constant_is_one_too() -> None:
    prepared = prepare([curve(*[1.0] * 20, 1e9)], View(clip_outliers=True))
    assert prepared.outside == 1


def test_the_ends_of_what_floats_hold_are_drawn() -> None:
    prepared = prepare([curve(-1.7e308, 1.7e308)], View())
    assert all_points(prepared) == [(0.0, 0.0), (1.0, 1.0)]
