"""Hashes without DVC: those of hashlib, of regular files alone, of nothing outside."""

import hashlib
import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.adapters.dvc import hashing
from expbench.adapters.dvc.hashing import (
    Unhashable,
    file_md5,
    folder_hash,
    folder_signature,
    link_status,
    scan_folder,
    stamp_of,
)

not_for_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")


def nowhere(_target: str) -> bool:
    return False


def anywhere(_target: str) -> bool:
    return True


def signature(folder: Path) -> str:
    return folder_signature(scan_folder(str(folder), anywhere).files)


def names(folder: Path) -> list[str]:
    return [stamp.relative for stamp in scan_folder(str(folder), anywhere).files]


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 4095, 4096, 4097, 10_000])
def test_a_file_has_the_md5_of_its_bytes_and_each_byte_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(hashing, "BLOCK", 4096)
    data = bytes(number * 7 % 251 for number in range(size))
    (tmp_path / "x").write_bytes(data)
    told: list[int] = []
    found = file_md5(str(tmp_path / "x"), told.append, nowhere, "rel/x")
    assert found.md5 == hashlib.md5(data).hexdigest()
    assert found.stamp == stamp_of((tmp_path / "x").stat(), "rel/x")
    assert sum(told) == size
    assert max(told, default=0) <= 4096


def test_a_file_that_changes_while_it_is_read_has_no_stamp(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"before")

    def told(count: int) -> None:
        if count == len(b"before"):
            with (tmp_path / "x").open("ab") as file:
                file.write(b", and after")

    found = file_md5(str(tmp_path / "x"), told, nowhere)
    assert found.stamp is None
    assert found.md5 == hashlib.md5(b"before, and after").hexdigest()


def test_what_is_no_regular_file_is_never_read_nor_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    for name, why in {"fifo": "no regular file", "folder": "no regular file", "none": "can't be read"}.items():
        with pytest.raises(Unhashable, match=why) as caught:
            file_md5(str(tmp_path / name), lambda _count: None, anywhere)
        assert str(tmp_path / name) in str(caught.value)


@not_for_root
def test_a_file_without_permission_is_told(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"")
    (tmp_path / "x").chmod(0)
    with pytest.raises(Unhashable, match="Permission denied"):
        file_md5(str(tmp_path / "x"), lambda _count: None, anywhere)


def test_links_are_followed_only_where_that_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"secret")
    (tmp_path / "link").symlink_to("target")
    (tmp_path / "second").symlink_to("link")
    real = os.path.realpath(tmp_path / "target")
    found = file_md5(str(tmp_path / "second"), lambda _count: None, lambda target: target == real)
    assert found.md5 == hashlib.md5(b"secret").hexdigest()
    with pytest.raises(Unhashable, match="leads out of the repository"):
        file_md5(str(tmp_path / "link"), lambda _count: None, nowhere)


@pytest.mark.parametrize("target", ["none", "loop", "file/inside"])
def test_a_link_to_nothing_is_told_and_nobody_is_asked(tmp_path: Path, target: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "loop").symlink_to(target)
    with pytest.raises(Unhashable, match="leads nowhere"):
        link_status(str(tmp_path / "loop"), lambda _target: pytest.fail("asked"))


def test_a_folder_is_its_files_in_order_without_links_to_folders(tmp_path: Path) -> None:
    for name in ("b", "a/z", "a.txt", "a/b/c", "é"):
        (tmp_path / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / name).write_text(name)
    (tmp_path / "data" / "empty").mkdir()
    (tmp_path / "data" / "linked").symlink_to(tmp_path / "data" / "a")
    (tmp_path / "data" / "alias").symlink_to("b")
    assert names(tmp_path / "data") == ["a.txt", "a/b/c", "a/z", "alias", "b", "é"]


@pytest.mark.parametrize("name", sorted(hashing.SPECIAL_NAMES))
@pytest.mark.parametrize("place", ["", "deep/er/"])
def test_names_by_which_dvc_ignores_are_noticed_at_any_depth(tmp_path: Path, name: str, place: str) -> None:
    (tmp_path / "data" / place).mkdir(parents=True)
    (tmp_path / "data" / "x").write_bytes(b"")
    assert not scan_folder(str(tmp_path / "data"), anywhere).special
    (tmp_path / "data" / f"{place}{name}").write_bytes(b"")
    assert scan_folder(str(tmp_path / "data"), anywhere).special


@pytest.mark.parametrize(
    ("target", "why"),
    [("", "neither a file nor a folder"), ("nowhere", "leads nowhere"), ("../secret", "leads out of the repository")],
)
def test_a_folder_with_anything_that_has_no_hash_has_none(tmp_path: Path, target: str, why: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_bytes(b"")
    if target:
        (tmp_path / "in" / "x").symlink_to(target)
    else:
        os.mkfifo(tmp_path / "in" / "x")
    with pytest.raises(Unhashable, match=why):
        scan_folder(str(tmp_path / "in"), lambda target: "secret" not in target)


def test_a_folder_that_has_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unhashable, match="can't be listed: No such file"):
        scan_folder(str(tmp_path / "none"), anywhere)


def test_any_touch_of_any_file_changes_the_signature(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"x")
    seen = [signature(tmp_path)]
    (tmp_path / "a").write_bytes(b"yy")
    seen.append(signature(tmp_path))
    os.utime(tmp_path / "b", ns=(1, 1))
    seen.append(signature(tmp_path))
    (tmp_path / "a").rename(tmp_path / "c")
    seen.append(signature(tmp_path))
    (tmp_path / "d").write_bytes(b"")
    seen.append(signature(tmp_path))
    (tmp_path / "b").unlink()
    seen.append(signature(tmp_path))
    assert len(set(seen)) == len(seen)
    assert len({len(each) for each in seen}) == 1
    assert signature(tmp_path) == seen[-1]


def test_a_name_that_is_no_text_has_a_signature(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff\n")).write_bytes(b"")
    assert folder_signature(scan_folder(str(tmp_path), anywhere).files).startswith("d:")


@given(st.dictionaries(st.text(min_size=1), st.text("0123456789abcdef", min_size=32, max_size=32), max_size=6))
def test_the_hash_of_a_folder_is_that_of_its_list_in_any_order(md5_of: dict[str, str]) -> None:
    listing = [{"md5": md5_of[name], "relpath": name} for name in sorted(md5_of)]
    expected = hashlib.md5(json.dumps(listing).encode()).hexdigest() + ".dir"
    assert folder_hash(md5_of.items()) == folder_hash(reversed(md5_of.items())) == expected


@pytest.mark.parametrize(("mode", "names_count", "same"), [(0o444, 2, True), (0o644, 2, False), (0o444, 1, False)])
def test_a_new_link_is_no_change_of_a_linked_file_that_nobody_may_write(
    tmp_path: Path, mode: int, names_count: int, same: bool
) -> None:
    """A stat of the same file before and after its ctime has moved, as each new link moves it."""
    (tmp_path / "x").write_bytes(b"x")
    fields = list((tmp_path / "x").stat())
    fields[0], fields[3] = stat.S_IFREG | mode, names_count

    def at(ctime_ns: int) -> str:
        precise = {"st_mtime_ns": 5_000_000_000, "st_ctime_ns": ctime_ns}
        return stamp_of(os.stat_result(fields, precise)).signature

    assert (at(6_000_000_000) == at(7_000_000_000)) is same
