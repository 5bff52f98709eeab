"""A file in the DVC cache: whole and under its own digest or not at all; and the DVC files beside it."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from expbench.adapters.dvc.adding import Added, add_file, names_a_remote, portable_config, tracking_file
from expbench.errors import ExpError

CONTENT = b"model bytes" * 1000
MD5 = hashlib.md5(CONTENT).hexdigest()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def source(tmp_path: Path) -> Iterator[int]:
    (tmp_path / "model.pkl").write_bytes(CONTENT)
    fd = os.open(tmp_path / "model.pkl", os.O_RDONLY)
    yield fd
    os.close(fd)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "repo/.dvc").mkdir(parents=True)
    return tmp_path / "repo"


def objects(root: Path) -> list[str]:
    cache = root / ".dvc/cache/files/md5"
    return sorted(str(path.relative_to(cache)) for path in cache.rglob("*") if path.is_file())


def test_the_object_is_where_dvc_looks(root: Path, source: int) -> None:
    told: list[int] = []
    assert add_file(str(root), source, SHA256, told.append) == Added(MD5, SHA256, len(CONTENT))
    assert objects(root) == [f"{MD5[:2]}/{MD5[2:]}"]
    place = root / ".dvc/cache/files/md5" / MD5[:2] / MD5[2:]
    assert place.read_bytes() == CONTENT
    assert stat.S_IMODE(place.stat().st_mode) == 0o444
    assert told[-1] == len(CONTENT)


def test_a_damaged_object_is_replaced(root: Path, source: int) -> None:
    place = root / ".dvc/cache/files/md5" / MD5[:2] / MD5[2:]
    place.parent.mkdir(parents=True)
    place.write_bytes(b"rotten")
    add_file(str(root), source, SHA256, lambda _done: None)
    assert place.read_bytes() == CONTENT


def test_other_bytes_than_the_run_made_get_nowhere(root: Path, source: int) -> None:
    with pytest.raises(ExpError, match="is not what the run made"):
        add_file(str(root), source, "0" * 64, lambda _done: None)
    assert objects(root) == []


def test_a_place_that_takes_nothing_is_told(root: Path, source: int) -> None:
    (root / ".dvc/cache").write_text("a file in the way")
    with pytest.raises(ExpError, match="can't be put into the DVC cache"):
        add_file(str(root), source, SHA256, lambda _done: None)


def test_a_cache_elsewhere_is_left_alone(root: Path, source: int) -> None:
    (root / ".dvc/config").write_text("[cache]\n    dir = s3://bucket/cache\n")
    assert add_file(str(root), source, SHA256, lambda _done: None) is None


@pytest.mark.parametrize("name", ["model.pkl", "a b.pkl", "ü.pkl", "- x", "a: b", "#", "'\"\n", "yes", "1.0"])
def test_a_tracking_file_is_yaml_that_dvc_reads(name: str) -> None:
    from ruamel.yaml import YAML

    text = tracking_file(Added(MD5, SHA256, 5), name).decode()
    (out,) = YAML(typ="safe", pure=True).load(text)["outs"]
    assert (out["md5"], out["size"], out["hash"]) == (MD5, 5, "md5")
    assert str(out["path"]) == name or (name, out["path"]) in {("yes", True), ("1.0", 1.0)}


CONFIG = """\
[core]
    remote = store
    autostage = true
['remote "store"']
    url = ../../remote
    keyfile = ~/key
['remote "cloud"']
    url = s3://bucket/path
    credentialpath = "secrets/file"
[cache]
    dir = /shared/cache
"""


def test_relative_paths_become_absolute_and_nothing_else_changes(root: Path) -> None:
    """Under --all-tags DVC would take them from /."""
    changed = [
        (old, new)
        for old, new in zip(CONFIG.splitlines(), portable_config(str(root), CONFIG).splitlines(), strict=True)
        if old != new
    ]
    assert changed == [
        ("    url = ../../remote", f"    url = {root.parent}/remote"),
        ('    credentialpath = "secrets/file"', f"    credentialpath = {root}/.dvc/secrets/file"),
    ]


def test_whether_there_is_a_remote() -> None:
    assert names_a_remote(CONFIG)
    assert not names_a_remote("[core]\n    analytics = false\n['remote \"x\"']\n    url = /x\n")
