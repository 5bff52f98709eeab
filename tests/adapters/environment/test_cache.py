"""Small files of what was found out before: kept whole or not at all, and never in the way."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.adapters.environment.cache import drop_oldest, read_cache, write_cache

documents = st.dictionaries(
    st.text(), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text(), max_size=3), max_size=5
)


@given(kept=documents)
def test_what_was_kept_is_read(kept: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "deep" / "x.json"
        write_cache(str(file), kept)
        assert read_cache(str(file)) == kept
        assert os.listdir(file.parent) == ["x.json"]
        assert file.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"3", b"null", b"\xff\xfe", b"\x00" * 100, b"[" * 100_000, b'"x"']
)
def test_anything_else_is_nothing(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.json").write_bytes(data)
    assert read_cache(str(tmp_path / "x.json")) == {}


def test_a_file_cut_at_any_place_is_nothing(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    write_cache(str(file), {"boot": "é", "facts": {"gpu": [1, None]}})
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(whole[:place])
        assert read_cache(str(file)) == {}


def test_where_nothing_can_be_kept_nothing_happens_and_nothing_stays(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    for place in ("file/x.json", "folder"):
        write_cache(str(tmp_path / place), {"a": 1})
        assert read_cache(str(tmp_path / place)) == {}
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]


@pytest.mark.parametrize(("most", "left"), [(1, ["e"]), (3, ["c", "d", "e"]), (5, [*"abcde"]), (9, [*"abcde"])])
def test_the_newest_stay(tmp_path: Path, most: int, left: list[str]) -> None:
    for age, name in enumerate("edcba"):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    drop_oldest(str(tmp_path), most)
    drop_oldest(str(tmp_path / "none"), most)
    assert sorted(os.listdir(tmp_path)) == left
