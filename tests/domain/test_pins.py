"""What the index alone tells of what is pinned, as words, as a flag and as a filter."""

from typing import Any

import pytest

from expbench.domain.inputs import input_warnings
from expbench.domain.pins import unpinned
from tests.domain.query.questions import fits
from tests.domain.rerun_documents import a_run


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, []),
        ({"code": {"complete": False}}, ["code"]),
        ({"code": {"snapshot": ""}}, ["code"]),
        ({"env": {"hash": ""}}, ["env"]),
        ({"env": {"hash": "", "lock": {"path": "uv.lock", "hash": "1"}}}, []),
        ({"command": ["train", "--token", "***"]}, ["command"]),
        ({"command": []}, ["command"]),
        ({"warnings": input_warnings(["../old/split.json"])}, ["inputs"]),
        ({"warnings": ["something else"]}, []),
        ({"code": {"complete": False}, "warnings": input_warnings(["a"])}, ["code", "inputs"]),
    ],
)
def test_what_is_not_pinned(changes: dict[str, Any], words: list[str]) -> None:
    run = a_run(**changes)
    assert unpinned(run) == words
    assert fits("pinned", dict(run)) is not bool(words)
    assert fits("unpinned is not null", dict(run)) is bool(words)


def test_a_document_of_which_parts_are_missing_pins_nothing() -> None:
    assert unpinned({}) == unpinned({"code": {"snapshot": "c"}, "env": {"hash": ""}}) == ["code", "env", "command"]
