"""What each key makes of what is looked at: pure, without a screen."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expbench.domain.reducing import Extent
from expbench.tui.views.plotting import (
    SMOOTHINGS,
    Looking,
    command,
    first_metrics,
    focused,
    followed,
    grid,
    metric_names,
    moved,
    on_axis,
    on_tab,
    panned,
    param_names,
    smoother,
    to_end,
    with_cursor,
    with_metrics,
    zoomed,
)
from tests.services.runs_in_memory import run

WHOLE = Extent(0, 100)
THREE = Looking(metrics=("a", "b", "c"))


def test_one_chart_has_all_the_room() -> None:
    assert grid(Looking(metrics=("a",)), 80, 20) == (1, 1, range(1))
    assert grid(THREE._replace(alone=True, focus=1), 80, 20) == (1, 1, range(1, 2))
    assert list(grid(Looking(), 80, 20).shown) == []


def test_charts_stand_so_that_they_can_be_read() -> None:
    assert grid(THREE, 200, 50)[:2] in ((2, 2), (1, 3))
    assert grid(Looking(metrics=("a", "b")), 80, 18)[:2] == (1, 2)
    assert grid(Looking(metrics=("a", "b")), 200, 18)[:2] == (2, 1)


def test_more_charts_than_have_room_are_on_pages_around_the_focus() -> None:
    many = Looking(metrics=tuple(f"m{n}" for n in range(10_000)), focus=9_999)
    columns, rows, shown = grid(many, 80, 20)
    assert columns * rows == len(shown) == 4
    assert 9_999 in shown


@given(st.integers(0, 30), st.integers(0, 29), st.integers(-1, 300), st.integers(-1, 90))
@settings(deadline=None)
def test_any_size_has_a_grid_that_holds_the_focus(count: int, focus: int, width: int, height: int) -> None:
    looking = Looking(metrics=tuple(map(str, range(count))), focus=min(focus, max(count - 1, 0)))
    columns, rows, shown = grid(looking, width, height)
    assert columns >= 1
    assert rows >= 1
    assert len(shown) <= columns * rows
    assert not count or looking.focus in shown


def test_the_headline_comes_first_and_lone_values_are_no_curves() -> None:
    one = run("aaaa00000000", metrics={"loss": 1.0, "acc": 0.5, "system/cpu": 3.0, "final": 2.0})
    one["metrics"]["final"]["count"] = 1
    assert first_metrics([one], "acc") == ("acc", "loss")
    assert first_metrics([one], None) == ("loss", "acc")
    assert list(metric_names([one])) == ["loss", "acc", "final", "system/cpu"]
    only = run("bbbb00000000", metrics={"system/cpu": 1.0})
    assert first_metrics([only], None) == ("system/cpu",)
    assert first_metrics([], "acc") == ()


def test_ten_thousand_metrics_are_no_trouble() -> None:
    one = run("aaaa00000000", metrics={f"m{n}": 1.0 for n in range(10_000)})
    assert len(first_metrics([one], "m9999")) == 4
    assert first_metrics([one], "m9999")[0] == "m9999"


def test_params_that_tell_runs_apart_come_first() -> None:
    runs = [run("aaaa00000000", params={"seed": 1, "lr": 1}), run("bbbb00000000", params={"seed": 1, "lr": 2})]
    assert param_names(runs) == ["lr", "seed"]


def test_zooming_in_and_out_comes_back_to_all_of_it() -> None:
    closer = zoomed(THREE, WHOLE, closer=True)
    assert closer.view == Extent(25, 75)
    assert zoomed(closer, WHOLE, closer=False).view is None
    assert zoomed(THREE, WHOLE, closer=False).view is None
    assert zoomed(THREE, None, closer=True) == THREE


def test_zooming_keeps_the_cursor_where_it_is_seen() -> None:
    looking = THREE._replace(cursor=10.0)
    assert zoomed(looking, WHOLE, closer=True).view == Extent(5, 55)


@given(st.floats(-1e15, 1e15), st.floats(0, 1e15), st.lists(st.sampled_from("+-<>"), max_size=80))
@settings(deadline=None)
def test_a_view_never_leaves_the_whole_nor_vanishes(low: float, span: float, keys: list[str]) -> None:
    whole = Extent(low, low + span)
    looking = THREE
    for key in keys:
        if key in "+-":
            looking = zoomed(looking, whole, closer=key == "+")
        else:
            looking = panned(looking, whole, 4 if key == ">" else -4)
        if looking.view is not None:
            assert whole.low <= looking.view.low < looking.view.high
            assert looking.view.high <= whole.high + abs(whole.high) * 1e-9


def test_panning_stops_at_the_ends() -> None:
    looking = THREE._replace(view=Extent(40, 60))
    assert panned(looking, WHOLE, 1).view == Extent(45, 65)
    assert panned(looking, WHOLE, 100).view == Extent(80, 100)
    assert panned(THREE, WHOLE, 1).view is None


def test_to_the_ends() -> None:
    looking = THREE._replace(view=Extent(40, 60))
    assert to_end(looking, WHOLE, last=True).view == Extent(80, 100)
    assert to_end(looking, WHOLE, last=False).view == Extent(0, 20)
    assert to_end(THREE._replace(cursor=3.0), WHOLE, last=True).cursor == 100
    assert to_end(THREE, None, last=True) == THREE
    assert to_end(THREE, WHOLE, last=True) == THREE


def test_a_view_at_the_end_follows_the_end() -> None:
    looking = THREE._replace(view=Extent(80, 100))
    assert followed(looking, WHOLE, Extent(0, 110)).view == Extent(90, 110)
    assert followed(looking._replace(follow=False), WHOLE, Extent(0, 110)) == looking._replace(follow=False)
    middle = THREE._replace(view=Extent(20, 40))
    assert followed(middle, WHOLE, Extent(0, 110)) == middle


def test_the_cursor_begins_in_the_middle_and_stays_inside() -> None:
    looking = with_cursor(THREE, WHOLE)
    assert looking.cursor == 50
    assert with_cursor(looking, WHOLE).cursor is None
    assert with_cursor(THREE, None).cursor is None
    assert moved(looking, WHOLE, 100, 3).cursor == 53
    assert moved(looking, WHOLE, 100, -999).cursor == 0
    assert moved(THREE, WHOLE, 100, 1) == THREE
    assert moved(looking, WHOLE, 0, 1) == looking


def test_smoothing_has_steps_and_ends() -> None:
    looking = THREE
    for weight in [*SMOOTHINGS[1:], SMOOTHINGS[-1]]:
        looking = smoother(looking, 1)
        assert looking.smooth == weight
    for _ in range(20):
        looking = smoother(looking, -1)
    assert looking.smooth == 0


def test_another_axis_is_seen_whole() -> None:
    looking = on_axis(THREE._replace(view=Extent(1, 2), cursor=1.0))
    assert (looking.axis, looking.view, looking.cursor) == ("time", None, None)
    assert on_axis(looking).axis == "step"


def test_focus_goes_round() -> None:
    assert focused(THREE, -1).focus == 2
    assert focused(THREE._replace(focus=2), 1).focus == 0
    assert focused(Looking(), 1).focus == 0


def test_the_focus_stays_on_its_metric() -> None:
    assert with_metrics(THREE._replace(focus=2), ["c", "d"]).focus == 0
    assert with_metrics(THREE._replace(focus=1), ["x", "b"]).focus == 1
    assert with_metrics(THREE._replace(focus=1), []).metric is None


def test_tabs_go_round() -> None:
    assert [on_tab(THREE, by).tab for by in (1, 2, 3, -1)] == ["scatter", "params", "curves", "params"]


@pytest.mark.parametrize(
    ("looking", "typed"),
    [
        (THREE, "exp plot a b c 7k3f"),
        (THREE._replace(alone=True, focus=1), "exp plot b 7k3f"),
        (
            Looking(("val/loss",), axis="time", log_y=True, smooth=0.9, clip=True, view=Extent(1.5, 1e9)),
            "exp plot val/loss 7k3f --log-y --clip-outliers --x time --smooth 0.9 --from 1.5 --to 1000000000",
        ),
        (Looking(("a b",), tab="scatter", param="$lr", log_y=True), "exp plot 'a b' 7k3f --against '$lr' --log-y"),
        (Looking(("a",), tab="params"), "exp plot a 7k3f --params"),
        (Looking(), ""),
    ],
)
def test_what_to_type_for_the_same(looking: Looking, typed: str) -> None:
    assert command(looking, ["7k3fq2m8x1bc"], {"7k3fq2m8x1bc": "7k3f"}) == typed


def test_all_runs_are_named_by_their_filter() -> None:
    assert command(Looking(("a",), tab="params"), [], {}, "acc > 1") == "exp plot a --params --filter 'acc > 1'"
