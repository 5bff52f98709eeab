"""What a search has found so far: kept whole or not at all, and carried on by one process only."""

import json
import os
from pathlib import Path

import pytest

from expbench.adapters.store.searches import search
from expbench.errors import ExpError

KEY = "ab" * 16


def test_what_was_saved_is_there_until_it_is_forgotten(tmp_path: Path) -> None:
    home = str(tmp_path / ".exp")
    with search(home, KEY) as kept:
        assert kept.load() is None
        kept.save({"a": 1})
        kept.save({"a": "NaN", "b": "\ud800"})
    with search(home, KEY) as kept:
        assert kept.load() == {"a": "NaN", "b": "\ud800"}
        kept.forget()
        kept.forget()
        assert kept.load() is None
    assert (tmp_path / ".exp" / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize("damage", ["", "{", "[1", "\0", "[" * 100_000])
def test_a_damaged_file_counts_as_none(tmp_path: Path, damage: str) -> None:
    with search(str(tmp_path), KEY) as kept:
        kept.save({"a": 1})
        (tmp_path / "bisect" / f"{KEY}.json").write_text(damage)
        assert kept.load() is None
        kept.save({"a": 2})
        assert kept.load() == {"a": 2}


def test_a_file_that_can_not_be_written_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with search(str(tmp_path), KEY) as kept:
        kept.save({"a": 1})

        def full(_handle: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(ExpError) as caught:
            kept.save({"a": 2})
        monkeypatch.undo()
        assert "No space left" in caught.value.cause
        assert kept.load() == {"a": 1}
        kept.save({"a": 3})  # over the draft that was left
        assert kept.load() == {"a": 3}


def test_no_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(json.dumps({"mine": 1}))
    with search(str(tmp_path), KEY) as kept:
        (tmp_path / "bisect" / f"{KEY}.json.new").symlink_to(tmp_path / "mine.json")
        kept.save({"a": 1})
    assert json.loads((tmp_path / "mine.json").read_text()) == {"mine": 1}


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    with search(str(tmp_path), KEY), pytest.raises(ExpError, match="going on already"), search(str(tmp_path), KEY):
        pass
    with search(str(tmp_path), KEY), search(str(tmp_path), "cd" * 16):
        pass
