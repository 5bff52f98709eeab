"""Parts of documents."""

from typing import Any

import pytest

from expbench.domain.projection import entry, narrowed, wanted

DOCUMENT: dict[str, Any] = {"id": "x", "metrics": {"acc": 1, "val/acc": 2, "loss": 3}, "params": {}}


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"id"}, {"id": "x"}),
        (entry("metrics", "acc", "val/acc"), {"metrics": {"acc": 1, "val/acc": 2}}),
        (entry("metrics", "absent"), {"metrics": {}}),
        ({"metrics", "metrics/acc"}, {"metrics": DOCUMENT["metrics"]}),
        ({"absent"}, {}),
        (frozenset(), {}),
    ],
)
def test_only_the_parts_that_are_named_are_there(fields: set[str], part: dict[str, Any]) -> None:
    assert narrowed(DOCUMENT, fields) == part


def test_a_whole_field_wins_over_its_entries_in_any_order() -> None:
    assert wanted(["metrics/acc", "metrics"]) == wanted(["metrics", "metrics/acc"]) == {"metrics": None}
