"""Which curves are meant by the words of `exp plot`, and where their points come from."""

import math
from array import array
from collections.abc import Collection, Iterator, Mapping

import pytest

from expbench.domain.document import RunDocument
from expbench.domain.reducing import Extent
from expbench.domain.series import Points
from expbench.errors import UsageError
from expbench.services.plotting import (
    Chosen,
    Drawing,
    Series,
    choose,
    curves,
    labels,
    points_of,
    require,
    sparkline_values,
    title,
)
from tests.services.runs_in_memory import RunsInMemory, run

OLD = run("aaaa00000000", "old", 1, metrics={"loss": 1.0, "rare": 2.0})
MIDDLE = run("bbbb00000000", "middle", 2, metrics={"loss": 2.0, "acc": 0.5})
NEW = run("cccc00000000", "new", 3, metrics={"acc": 0.7})
STORE = RunsInMemory([OLD, MIDDLE, NEW])


def points(*values: float, start: float = 0.0) -> Points:
    count = len(values)
    return Points(array("q", range(count)), array("d", (start + n for n in range(count))), array("d", values))


def series(files: Mapping[tuple[str, str], Points] = {}) -> Series:
    def keys(run_id: str) -> Collection[str]:
        return [key for owner, key in files if owner == run_id]

    def blocks(run_id: str, key: str) -> Iterator[Points]:
        yield files[run_id, key]

    return Series(keys, lambda run_id, key: len(files[run_id, key].values), blocks, lambda r, k, _most: blocks(r, k))


def chosen(*words: str, store: RunsInMemory = STORE) -> list[tuple[str, str]]:
    return [(curve.document["name"], curve.key) for curve in choose(store, series(), words).chosen]


def test_without_a_run_the_latest_is_meant() -> None:
    assert chosen("acc") == [("new", "acc")]


def test_metrics_come_first_and_then_runs_in_the_order_given() -> None:
    assert chosen("acc", "middle", "@") == [("middle", "acc"), ("new", "acc")]
    assert chosen("loss", "acc", "middle") == [("middle", "loss"), ("middle", "acc")]
    assert chosen("loss", "aaaa", "@~1", "old") == [("old", "loss"), ("middle", "loss")]


def test_a_word_is_a_run_only_if_no_metric_has_that_name() -> None:
    """Also when the metric is of a run from long ago, and the run is the latest."""
    others = [run(f"dddd{n:08}", f"n{n}", 5, metrics={"acc": 1.0}) for n in range(150)]
    store = RunsInMemory([OLD, *others, run("eeee00000000", "rare", 23, metrics={"acc": 1.0})])
    choice = choose(store, series(), ["acc", "rare", "old", "@"])
    assert {(curve.document["name"], curve.key) for curve in choice.chosen} == {("old", "rare"), ("rare", "acc")}


def test_a_metric_that_some_runs_lack_is_a_warning() -> None:
    choice = choose(STORE, series(), ["loss", "@", "middle"])
    assert [curve.document["name"] for curve in choice.chosen] == ["middle"]
    assert choice.warnings == ["run new cccc00000000 has no metric loss"]


def test_a_metric_that_none_of_the_runs_has_says_who_has_it() -> None:
    with pytest.raises(UsageError) as caught:
        choose(STORE, series(), ["loss"])
    assert (caught.value.what, caught.value.cause) == ("the run new has no metric loss", "there are acc")
    assert caught.value.hint == "exp plot loss bbbb00000000"


@pytest.mark.parametrize(
    ("words", "what", "hint"),
    [
        (["los"], "there is no metric los", "exp plot loss"),
        (["@"], "there is no metric @", "exp plot acc"),
        (["loss", "rar"], "there is no metric and no run rar", "exp plot loss rare"),
        (["loss", "zzzz"], "there is no metric and no run zzzz", "exp ls"),
        (["los\x1b[31m"], "there is no metric los·[31m", "exp plot acc"),
    ],
)
def test_mistakes_list_the_metrics_that_there_are(words: list[str], what: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        choose(STORE, series(), words)
    assert (caught.value.what, caught.value.hint) == (what, hint)
    assert caught.value.cause == "there are acc, loss, rare"


def test_a_project_without_metrics_says_so() -> None:
    with pytest.raises(UsageError, match="there is no metric to plot"):
        choose(RunsInMemory([]), series(), ["loss"])


def test_ten_thousand_metrics_are_not_all_listed() -> None:
    store = RunsInMemory([run("aaaa00000000", "many", 1, metrics={f"m{n}": 1.0 for n in range(10_000)})])
    with pytest.raises(UsageError) as caught:
        choose(store, series(), ["nope"])
    assert caught.value.cause.endswith("and 9988 more")
    assert len(caught.value.cause) < 200


def test_an_ambiguous_run_names_its_candidates() -> None:
    twins = RunsInMemory([run("aaaa00000000", "x", 1, metrics={"m": 1.0}), run("aaab00000000", "y", 2)])
    with pytest.raises(UsageError, match="means several runs"):
        choose(twins, series(), ["m", "aaa"])


def test_a_live_run_is_plotted_from_its_files_before_its_summaries_are_written() -> None:
    live = series({("cccc00000000", "fresh"): points(1.0, 2.0), ("dddd00000000", "young"): points(3.0)})
    (curve,) = choose(STORE, live, ["fresh"]).chosen
    assert [list(block.values) for block in points_of(live, curve)] == [[1.0, 2.0]]
    store = RunsInMemory([OLD, run("dddd00000000", "running", 2, status="running"), NEW])
    assert choose(store, live, ["young", "running"]).chosen[0].document["name"] == "running"


def test_a_metric_without_a_series_is_the_one_point_of_its_summary() -> None:
    (block,) = points_of(series(), Chosen(OLD, "loss"))
    assert (list(block.steps), list(block.values)) == ([1], [1.0])


def test_points_are_smoothed_when_asked() -> None:
    source = series({("aaaa00000000", "loss"): points(1.0, 0.0)})
    (block,) = points_of(source, Chosen(OLD, "loss"), 0.5)
    assert block.values[1] == pytest.approx(1 / 3)


def test_require_names_what_is_near() -> None:
    with pytest.raises(UsageError) as caught:
        require(series(), MIDDLE, "los")
    assert caught.value.cause == "there are loss, acc; did you mean loss"


def _started(document: RunDocument, at: str) -> RunDocument:
    return {**document, "started_at": at}


def test_by_time_each_run_is_counted_from_its_own_start() -> None:
    early = _started(OLD, "1970-01-01T00:00:10.000000Z")
    late = _started(MIDDLE, "1970-01-01T01:00:00.000000Z")
    source = series(
        {("aaaa00000000", "loss"): points(1.0, 2.0, start=12.0), ("bbbb00000000", "loss"): points(3.0, start=3605.0)}
    )
    pair = [Chosen(early, "loss"), Chosen(late, "loss")]
    found, view = curves(source, pair, Drawing(columns=10, axis="time"))
    assert view == Extent(2.0, 5.0)
    assert [curve.stretches for curve in found] == [[[(2.0, 1.0), (3.0, 2.0)]], [[(5.0, 3.0)]]]


def test_points_from_before_the_start_are_counted_from_the_first_one() -> None:
    document = _started(OLD, "1970-01-01T01:00:00.000000Z")
    source = series({("aaaa00000000", "loss"): points(1.0, 2.0, start=100.0)})
    _, view = curves(source, [Chosen(document, "loss")], Drawing(columns=10, axis="time"))
    assert view == Extent(0.0, 1.0)


def test_curves_share_one_extent() -> None:
    source = series({("aaaa00000000", "loss"): points(*[1.0] * 5), ("bbbb00000000", "loss"): points(*[2.0] * 9)})
    _, view = curves(source, [Chosen(OLD, "loss"), Chosen(MIDDLE, "loss")], Drawing(columns=4))
    assert view == Extent(0, 8)


def test_no_point_at_all_is_no_extent() -> None:
    found, view = curves(series({("aaaa00000000", "loss"): points()}), [Chosen(OLD, "loss")], Drawing(columns=4))
    assert (view, found[0].stretches) == (None, [])


def test_sparklines_are_of_series_with_more_than_one_point() -> None:
    source = series({("aaaa00000000", "loss"): points(1.0, math.nan), ("aaaa00000000", "rare"): points(1.0)})
    assert list(sparkline_values(source, OLD)) == ["loss"]


def test_the_legend_and_the_title() -> None:
    pair = [Chosen(OLD, "loss"), Chosen(MIDDLE, "loss")]
    assert labels(pair, STORE.ids()) == ["loss  aaaa old", "loss  bbbb middle"]
    assert title(pair, Drawing(columns=9)) == "loss by step"
    assert title(pair, Drawing(9, "time", log_y=True, smooth=0.5)) == "loss by time, log y, smoothed 0.5"
