"""Links in their order, and never a way to write into the cache."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from expbench.adapters.dvc.links import Linker


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "object"
    file.write_bytes(b"content" * 1000)
    return file


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who isn't root, on a file system without reflinks."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(Linker, "_clone", lambda *_: False)


def put(linker: Linker, source: Path, name: str = "made", **more: Any) -> Path:
    target = source.parent / name
    linker.put(str(source), source.stat(), str(target), **more)
    return target


def test_root_gets_a_copy_that_may_be_written(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    made = put(Linker(), source)
    made.write_bytes(b"other")
    assert source.read_bytes() == b"content" * 1000


def test_a_person_gets_a_hard_link_to_an_object_made_read_only(source: Path, person: None) -> None:
    made = put(Linker(), source)
    assert made.samefile(source)
    assert not made.is_symlink()
    assert made.stat().st_mode & 0o222 == 0


def test_where_hard_links_cannot_be_made_it_is_a_symbolic_one(
    source: Path, person: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EXDEV, "another file system")

    monkeypatch.setattr(os, "link", refuse)
    made = put(Linker(), source)
    assert made.is_symlink()
    assert made.samefile(source)
    assert source.stat().st_mode & 0o222 == 0


def test_where_no_link_can_be_made_it_is_a_copy(source: Path, person: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(os, "symlink", refuse)
    made = put(Linker(), source)
    assert made.read_bytes() == source.read_bytes()
    assert not made.samefile(source)


@pytest.mark.parametrize("how", ["writable", "copies_only", "empty"])
def test_what_may_be_written_is_a_copy_for_everyone(source: Path, person: None, how: str) -> None:
    if how == "empty":
        source.write_bytes(b"")
    made = put(Linker(copies_only=how == "copies_only"), source, writable=how == "writable")
    assert not made.samefile(source)
    assert made.read_bytes() == source.read_bytes()
    assert made.stat().st_mode & 0o200


def test_a_full_disk_is_no_reason_to_try_another_link(
    source: Path, person: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(OSError, match="No space"):
        put(Linker(), source)
    assert not (source.parent / "made").exists()


def test_what_is_there_is_never_overwritten(source: Path) -> None:
    (source.parent / "made").write_text("mine")
    with pytest.raises(FileExistsError):
        put(Linker(copies_only=True), source)
    assert (source.parent / "made").read_text() == "mine"
