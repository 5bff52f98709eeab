"""Tables of known hashes: what was written comes back, anything damaged is nothing, no trouble stops anybody."""

import json
import os
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.adapters.dvc.statcache import RACY_NS, Known, is_settled, known_of, read_table, write_table

TABLE = {"data/a.csv": ["1:2:3:4", "a" * 32, 3, 1], "höhe\ud800": ["d:x", "b" * 32 + ".dir", 9, 2]}
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def framed(body: bytes) -> bytes:
    """A file with this body and the checksum that fits it."""
    return b"%08x\n" % zlib.crc32(body) + body


@given(table=st.dictionaries(st.text(), values, max_size=5))
def test_what_was_written_is_read(table: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "deep" / "table"
        write_table(str(file), table)
        assert read_table(str(file)) == table
        assert os.listdir(file.parent) == ["table"]


def test_a_table_cut_at_any_place_or_with_any_byte_altered_is_empty(tmp_path: Path) -> None:
    file = tmp_path / "table"
    write_table(str(file), TABLE)
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(whole[:place])
        assert read_table(str(file)) == {}, place
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x20]) + whole[place + 1 :])
        assert read_table(str(file)) == {}, place


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{}", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"schema":2,"table":{"a":1}}', b'{"table":{"a":1}}'),
        *(b'{"schema":1}', b'{"schema":1,"table":[]}', b'{"schema":1,"table":null}', b'{"schema":"1","table":{}}'),
    ],
)
def test_a_body_of_another_shape_is_empty_whatever_its_checksum(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "table").write_bytes(framed(body))
    assert read_table(str(tmp_path / "table")) == {}


def test_the_checksum_is_the_only_thing_between_the_newline_and_the_table(tmp_path: Path) -> None:
    (tmp_path / "table").write_bytes(framed(json.dumps({"schema": 1, "table": {"a": 1}}).encode()))
    assert read_table(str(tmp_path / "table")) == {"a": 1}


def test_without_a_file_or_with_a_folder_in_its_place_there_is_no_table(tmp_path: Path) -> None:
    assert read_table(str(tmp_path / "none")) == read_table(str(tmp_path)) == {}


def test_where_it_can_not_be_written_nothing_happens_and_nothing_stays(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    write_table(str(tmp_path / "file" / "table"), TABLE)
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    write_table(str(tmp_path / "folder"), TABLE)
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]
    assert os.listdir(tmp_path / "folder") == ["inner"]


@pytest.mark.parametrize(
    ("ctime_ns", "settled"),
    [(0, True), (10 * RACY_NS - RACY_NS - 1, True), (9 * RACY_NS, False), (10 * RACY_NS, False), (2**63, False)],
)
def test_what_changed_within_two_seconds_of_being_read_is_not_settled(ctime_ns: int, settled: bool) -> None:
    assert is_settled(ctime_ns, 10 * RACY_NS) is settled


@pytest.mark.parametrize(
    "value",
    [
        *(None, {}, "abcd", [], ["s", "h", 1], ["s", "h", 1, 2, 3], ["s", "h", 1, True], ["s", "h", 1.0, 1]),
        *([None, "h", 1, 1], ["s", 3, 1, 1], ("s", "h", 1, 1)),
    ],
)
def test_an_entry_of_another_shape_is_none(value: object) -> None:
    assert known_of(value) is None


def test_an_entry_as_json_gives_it_is_known() -> None:
    assert known_of(["s", "h", 3, 1]) == Known("s", "h", 3, 1)
