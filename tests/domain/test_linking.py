"""Runs of one tree ranked, and what git is given to show of them."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.fold import blank
from expbench.domain.linking import (
    MOST_LINES,
    Ranking,
    git_tag,
    lines_of,
    lines_of_trees,
    note_text,
    one_line,
    placed,
    tree_line,
    without_tag,
)
from expbench.domain.metrics import better_direction, summary_of_value

RANKING = Ranking(None, lambda key: better_direction(key, {}))
TREE = "a" * 40


def run(number: int, metrics: Mapping[str, float], **more: Any) -> dict[str, Any]:
    begun = blank(f"{number:012}", f"run{number}", f"2026-01-01T00:00:{number:02}Z")
    ended = {"status": "finished", "ended_at": "2026-01-02T00:00:00Z"}
    document: dict[str, Any] = {**begun, **ended, **more}
    document["metrics"] = {key: summary_of_value(value, "api") for key, value in metrics.items()}
    return document


def ids(lines: list[str]) -> list[int]:
    return [int(line.split()[0]) for line in lines]


def test_a_line_has_headline_metrics_and_name() -> None:
    document = run(1, {"system/cpu": 1, "acc": 0.93, "val loss": 2})
    assert tree_line(document, RANKING) == "000000000001 - acc=0.93 val_loss=2 run1"
    assert tree_line(document, RANKING._replace(metric="val loss")) == "000000000001 - val_loss=2 acc=0.93 run1"
    assert tree_line(document, RANKING._replace(metric="absent")).split()[2:] == [
        "-",
        "acc=0.93",
        "val_loss=2",
        "run1",
    ]
    assert tree_line(run(1, {}), RANKING) == "000000000001 - - run1"
    assert tree_line(run(1, {"acc": 1}, status="failed"), RANKING) == "000000000001 - failed acc=1 run1"
    assert tree_line(run(1, {"acc": 1}), RANKING._replace(tags=True)).split()[1] == "exp/run1"
    assert tree_line(run(1, {"acc": 1}, status="failed"), RANKING._replace(tags=True)).split()[1] == "-"


@pytest.mark.parametrize(("key", "order"), [("acc", [2, 3, 1]), ("loss", [1, 3, 2]), ("temperature", [3, 2, 1])])
def test_the_best_comes_first_and_without_a_direction_the_newest(key: str, order: list[int]) -> None:
    runs = [run(1, {key: 0.1}), run(2, {key: 0.9}), run(3, {key: 0.5})]
    assert ids(lines_of(runs, RANKING)) == order
    assert ids(lines_of(runs[::-1], RANKING)) == order


def test_what_can_not_be_ranked_comes_last() -> None:
    runs = [run(1, {"acc": float("nan")}), run(2, {}), run(3, {"acc": 0.1}), run(4, {"acc": 1}, status="failed")]
    assert ids(lines_of(runs, RANKING)) == [3, 4, 2, 1]


def test_a_run_stands_once_and_of_many_only_the_best() -> None:
    lines = placed([], "000000000001 - acc=0.5 x", RANKING.better)
    lines = placed(lines, "000000000001 - acc=0.7 x", RANKING.better)
    assert lines == ["000000000001 - acc=0.7 x"]
    many = lines_of([run(number % 60, {"acc": number}, id=f"{number:012}") for number in range(300)], RANKING)
    assert len(many) == MOST_LINES
    assert ids(many)[:2] == [299, 298]


def test_trees_have_only_runs_that_have_ended() -> None:
    code = {**blank("0" * 12, "", "")["code"], "tree": TREE}
    runs = [run(1, {}, code=code), run(2, {}, code=code, ended_at=None), run(3, {})]
    assert {tree: ids(lines) for tree, lines in lines_of_trees(runs, RANKING).items()} == {TREE: [1]}


def test_a_note_keeps_the_lines_of_others() -> None:
    line = "000000000001 exp/a acc=0.5 a b"
    assert without_tag(line) == "000000000001 acc=0.5 a b"
    assert note_text("", [line]) == "000000000001 acc=0.5 a b\n"
    there = "typed by hand\n\n000000000001 acc=0.4 a b\n000000000002 acc=0.9 c\n"
    assert note_text(there, [line]) == "000000000001 acc=0.5 a b\ntyped by hand\n\n000000000002 acc=0.9 c\n"


@pytest.mark.parametrize("name", ["a", "sunny-kite-68", "v1.2", "a_b+c"])
def test_a_name_that_git_takes_becomes_a_git_tag(name: str) -> None:
    assert git_tag(name) == f"exp/{name}"


@pytest.mark.parametrize("name", ["", "a b", "a..b", "a.", "a.lock", "-a", ".a", "a/b", "a~1", "a@{1}", "ä", "a\n"])
def test_any_other_name_becomes_none(name: str) -> None:
    assert git_tag(name) is None


@given(st.text(), st.text(min_size=1), st.floats())
def test_whatever_the_data_holds_a_line_is_one_printable_line(name: str, key: str, value: float) -> None:
    line = tree_line(run(1, {key: value}, name=name), RANKING._replace(tags=True))
    assert line.isprintable()
    assert one_line(line) == line
    words = line.split(" ")
    assert words[0] == "000000000001"
    assert len(words) >= 3
    assert all(words[:3])
    assert placed([line], line, RANKING.better) == [line]
