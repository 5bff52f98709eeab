"""Objects of the cache are read once, and a damaged one is never believed."""

import os
from collections.abc import Callable
from hashlib import md5
from pathlib import Path

import pytest

from expbench.adapters.dvc.verified import CacheObject, Checks, find_object


def put(cache: Path, content: bytes, digest: str | None = None, legacy: bool = False) -> CacheObject:
    """An object of the cache."""
    digest = digest or md5(content, usedforsecurity=False).hexdigest()
    file = (cache if legacy else cache / "files" / "md5") / digest[:2] / digest[2:]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    found = find_object(str(cache), digest)
    assert found is not None
    return found


def look(found: CacheObject, cache: Path) -> CacheObject:
    """The same object as it is now."""
    again = find_object(str(cache), found.digest)
    assert again is not None
    return again


def read_bytes(table: Path, found: CacheObject) -> tuple[bool, int]:
    """Whether it is sound, and how many bytes were read to know."""
    counts: list[int] = []
    checks = Checks(str(table))
    sound = checks.is_sound(found, counts.append)
    checks.remember()
    return sound, sum(counts)


def test_a_sound_object_is_read_once(tmp_path: Path, settled: Callable[[], None]) -> None:
    found = put(tmp_path / "cache", b"data" * 100)
    settled()
    assert read_bytes(tmp_path / "table", found) == (True, 400)
    assert read_bytes(tmp_path / "table", found) == (True, 0)


def test_one_that_was_made_a_moment_ago_is_not_remembered(tmp_path: Path) -> None:
    found = put(tmp_path / "cache", b"data")
    assert read_bytes(tmp_path / "table", found) == (True, 4)
    assert read_bytes(tmp_path / "table", found) == (True, 4)


def test_a_changed_byte_is_seen_though_the_check_was_remembered(tmp_path: Path, settled: Callable[[], None]) -> None:
    found = put(tmp_path / "cache", b"data")
    settled()
    read_bytes(tmp_path / "table", found)
    Path(found.file).write_bytes(b"dada")
    assert read_bytes(tmp_path / "table", look(found, tmp_path / "cache"))[0] is False


def test_a_change_that_hides_its_time_is_seen_by_ctime(tmp_path: Path, settled: Callable[[], None]) -> None:
    found = put(tmp_path / "cache", b"data")
    settled()
    read_bytes(tmp_path / "table", found)
    Path(found.file).write_bytes(b"dada")
    os.utime(found.file, ns=(found.status.st_mtime_ns, found.status.st_mtime_ns))
    assert read_bytes(tmp_path / "table", look(found, tmp_path / "cache"))[0] is False


def test_another_name_for_a_read_only_object_does_not_cost_a_reading(
    tmp_path: Path, settled: Callable[[], None]
) -> None:
    found = put(tmp_path / "cache", b"data")
    os.chmod(found.file, 0o444)
    settled()
    read_bytes(tmp_path / "table", look(found, tmp_path / "cache"))
    os.link(found.file, tmp_path / "linked")  # changes the ctime
    assert read_bytes(tmp_path / "table", look(found, tmp_path / "cache")) == (True, 0)


def test_text_that_dvc_2_hashed_with_the_line_ends_of_unix_is_sound(tmp_path: Path) -> None:
    digest = md5(b"a\nb\n", usedforsecurity=False).hexdigest()
    old = put(tmp_path / "cache", b"a\r\nb\r\n", digest, legacy=True)
    assert old.legacy
    assert read_bytes(tmp_path / "table", old)[0] is True
    new = put(tmp_path / "other", b"a\r\nb\r\n", digest)
    assert read_bytes(tmp_path / "table", new)[0] is False


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 32, "a" * 31, "a" * 32 + "/x"])
def test_what_is_no_hash_is_never_a_path(tmp_path: Path, digest: str) -> None:
    assert find_object(str(tmp_path), digest) is None


def test_a_damaged_table_is_an_empty_one(tmp_path: Path, settled: Callable[[], None]) -> None:
    found = put(tmp_path / "cache", b"data")
    (tmp_path / "table").write_bytes(b"\x00 nonsense")
    settled()
    assert read_bytes(tmp_path / "table", found) == (True, 4)
    assert read_bytes(tmp_path / "table", found) == (True, 0)
