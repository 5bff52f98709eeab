"""Which rows the list has: filter, text, sort, groups, over a real catalogue."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from expbench.adapters.store.catalogue import Catalogue
from expbench.domain.document import RunDocument
from expbench.tui.state import Snapshot
from expbench.tui.views.picking import Group, Wish, pick
from tests.services.runs_in_memory import run

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)


def snapshot_of(documents: Sequence[RunDocument]) -> Snapshot:
    catalogue = Catalogue()
    for document in sorted(documents, key=lambda document: document["created_at"]):
        catalogue.put(document)
    ids = [catalogue.ids[place] for place in catalogue.order()]
    return Snapshot(1, ids, catalogue.document, complete=True, catalogue=catalogue)


def case(number: int, **changes: Any) -> RunDocument:
    return run(f"{number:012d}", f"name-{number}", hour=number, **changes)


RUNS = [
    case(0, metrics={"acc": 0.5}, params={"lr": 0.1, "seed": 1}, experiment="a"),
    case(1, metrics={"acc": 0.9}, params={"lr": 0.1, "seed": 2}, experiment="a", tags=["best"]),
    case(2, metrics={"acc": 0.7}, params={"lr": 0.2, "seed": 1}, experiment="b", note="Too SHORT"),
    case(3, params={"lr": 0.2, "model": "cnn"}, experiment="b", status="failed"),
]
NAMES = {f"{number:012d}": number for number in range(10)}


def picked(**wish: Any) -> list[int]:
    found = pick(snapshot_of(RUNS), Wish(**wish), AT)
    assert found.mistake is None
    return [NAMES[item] for item in found.items if isinstance(item, str)]


def test_without_a_wish_the_rows_are_the_snapshots_own() -> None:
    snapshot = snapshot_of(RUNS)
    assert pick(snapshot, Wish(), AT).items is snapshot.ids


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("acc > 0.6", [2, 1]),
        ("metrics.acc > 0.6 and params.lr = 0.1", [1]),
        ("failed", [3]),
        ("model = cnn", [3]),
        ("not acc > 0.6", [3, 0]),
        ("tag:best", [1]),
        ("acc.max >= 0.9", [1]),
        ("command ~ train", [3, 2, 1, 0]),
        ("note like '%short%'", []),
        ("note ilike '%short%'", [2]),
        ("acc is null", [3]),
    ],
)
def test_filters_mean_what_they_mean_in_exp_ls(text: str, found: list[int]) -> None:
    assert picked(filter=text) == found


def test_the_text_is_looked_for_in_any_case_in_what_people_say_of_a_run() -> None:
    assert picked(text="short") == [2]
    assert picked(text="BEST") == [1]
    assert picked(text="name-3") == [3]
    assert picked(text="nowhere") == []


def test_sorting_puts_runs_without_the_value_last_either_way() -> None:
    assert picked(sort="acc") == [1, 2, 0, 3]
    assert picked(sort="acc", reverse=True) == [0, 2, 1, 3]
    assert picked(reverse=True) == [0, 1, 2, 3]
    assert picked(sort="params.model") == [3, 2, 1, 0]


def test_a_mistake_gives_no_rows_and_says_where_it_is() -> None:
    found = pick(snapshot_of(RUNS), Wish(filter="acc >> 1"), AT)
    assert found.items == ()
    assert found.mistake is not None
    assert "^" in found.mistake.cause


def test_a_name_that_no_run_has_is_told_with_what_is_near() -> None:
    found = pick(snapshot_of(RUNS), Wish(filter="accu > 0.5"), AT)
    assert found.warnings == ["no run has accu, so no comparison with it fits; did you mean acc"]
    assert pick(snapshot_of(RUNS), Wish(filter="acc > 5"), AT).warnings == []


def groups(**wish: Any) -> dict[str, tuple[list[int], dict[str, tuple[float, float | None, int]]]]:
    found = pick(snapshot_of(RUNS), Wish(**wish), AT, ["acc"])
    return {
        item.label: ([NAMES[run_id] for run_id in item.run_ids], item.metrics)
        for item in found.items
        if isinstance(item, Group)
    }


def test_groups_have_mean_spread_and_count_of_each_metric() -> None:
    found = groups(group="experiment")
    assert list(found) == ["b", "a"]
    mean, spread, count = found["a"][1]["acc"]
    assert (mean, count) == (0.7, 2)
    assert spread == pytest.approx(0.2828427)
    assert found["b"][1]["acc"] == (0.7, None, 1)


def test_runs_that_differ_by_their_seed_alone_are_one_group() -> None:
    found = groups(group="params without seed")
    assert {label: runs for label, (runs, _) in found.items()} == {
        "lr=0.1": [1, 0], "lr=0.2": [2], "lr=0.2 model=cnn": [3],
    }  # fmt: skip


def test_groups_by_commit_and_data_version_name_what_is_missing() -> None:
    assert list(groups(group="commit")) == ["no commit"]
    assert list(groups(group="data version")) == ["no data version"]


def test_an_unfolded_group_is_followed_by_its_runs() -> None:
    items = pick(snapshot_of(RUNS), Wish(group="experiment", unfolded=frozenset({"a"})), AT).items
    assert [item.label if isinstance(item, Group) else NAMES[item] for item in items] == ["b", "a", 1, 0]


def test_a_param_that_is_null_is_not_a_param_that_is_missing() -> None:
    snapshot = snapshot_of([case(0, params={"x": None}), case(1)])
    assert len(pick(snapshot, Wish(group="params without seed"), AT).items) == 2
