"""What the dashboard remembers: as it was, or nothing at all; and it never stands in the way."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.tui.memory import Memory, recall, remember, with_filter

FILE = "dashboard.json"


@pytest.mark.parametrize("memory", [Memory(), Memory(["acc > 1", "名 = 'ä\udcff'"], ["name", "metrics.a b"], True)])
def test_what_was_remembered_is_recalled(tmp_path: Path, memory: Memory) -> None:
    remember(str(tmp_path), memory)
    found = recall(str(tmp_path))
    assert (list(found.filters), list(found.columns), found.seen) == (
        list(memory.filters), list(memory.columns), memory.seen,
    )  # fmt: skip
    assert os.listdir(tmp_path) == [FILE]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "3", '"x"', "[" * 100_000, '{"filters": 3, "columns": {"a": 1}, "seen": 1}', "\0"]
)
def test_a_damaged_memory_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    found = recall(str(tmp_path))
    assert (list(found.filters), list(found.columns), found.seen) == ([], [], False)


def test_what_is_no_text_in_it_is_left_out(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(json.dumps({"filters": ["a", 3, None, "b"], "columns": [[], "c"], "seen": True}))
    assert recall(str(tmp_path)) == Memory(["a", "b"], ["c"], True)


def test_where_there_is_no_store_nothing_is_kept_and_nothing_is_made(tmp_path: Path) -> None:
    remember(str(tmp_path / "gone"), Memory(["a"]))
    assert list(tmp_path.iterdir()) == []
    assert recall(str(tmp_path / "gone")) == Memory()


def test_a_folder_in_its_place_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    remember(str(tmp_path), Memory(["a"]))
    assert recall(str(tmp_path)) == Memory()
    assert (tmp_path / FILE).is_dir()


@given(st.lists(st.sampled_from(["a", "b", "c", " ", "", "x" * 2001, *map(str, range(120))]), max_size=150))
def test_filters_are_remembered_once_each_the_latest_last(typed: list[str]) -> None:
    memory = Memory()
    for text in typed:
        memory = with_filter(memory, text)
    worth = [text for text in typed if text.strip() and len(text) <= 2000]
    latest = list(dict.fromkeys(reversed(worth)))[:100]
    assert list(memory.filters) == latest[::-1]
