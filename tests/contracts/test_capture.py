"""What every code version, data version and environment does, on git and DVC or in memory."""

from collections.abc import Callable
from hashlib import md5
from pathlib import Path
from typing import NamedTuple

import pytest

from expbench.adapters.dvc.version import DvcData
from expbench.adapters.environment.probe import ChildEnv
from expbench.adapters.git.discovery import find_project
from expbench.adapters.git.snapshot import GitCode
from expbench.domain.fold import blank
from expbench.domain.ids import new_id
from expbench.ports import CodeVersion, DataVersion, EnvProbe
from tests.fakes import MemoryCode, MemoryData, MemoryEnv

RUN_ID = new_id(b"12345678")
AT = "2026-05-01T12:00:00.000000Z"


def quiet(_what: str, _done: int, _total: int) -> None:
    """Progress that nobody looks at."""


class Data(NamedTuple):
    """A data version under test, and a change to its file `a`."""

    version: DataVersion
    write: Callable[[bytes], object]


@pytest.fixture(params=["real", "memory"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def data(kind: str, repository: Path) -> Data:
    """One tracked file, `a`, that holds what is claimed."""
    if kind == "memory":
        memory = MemoryData({"a": b"1"}, {"a": b"1"})
        return Data(memory, lambda content: memory.files.update(a=content))
    (repository / ".dvc").mkdir()
    (repository / ".dvc" / "config").write_text("")
    (repository / "a").write_bytes(b"1")
    (repository / "a.dvc").write_text(f"outs:\n- md5: {digest(b'1')}\n  size: 1\n  hash: md5\n  path: a\n")
    version = DvcData(str(repository), str(repository / ".exp" / "cache"))
    return Data(version, (repository / "a").write_bytes)


def digest(content: bytes) -> str:
    return md5(content, usedforsecurity=False).hexdigest()


def test_data_is_what_the_paths_hold_and_stale_where_the_claim_differs(data: Data) -> None:
    measured = data.version.measure(quiet)
    assert measured.entries == [{"path": "a", "hash": digest(b"1"), "size": 1, "files": 1}]
    assert (measured.stale, measured.warnings) == ([], [])
    data.write(b"changed")
    measured = data.version.measure(quiet)
    assert measured.entries == [{"path": "a", "hash": digest(b"changed"), "size": 7, "files": 1}]
    assert measured.stale == ["a"]


def test_preserving_gives_the_right_contents_of_the_files_that_claim(data: Data) -> None:
    data.write(b"changed")
    kept = data.version.preserve(data.version.measure(quiet), ["a"], quiet)
    assert list(kept.replacements) == ["a.dvc"]
    assert digest(b"changed").encode() in kept.replacements["a.dvc"]
    assert kept.warnings == []


def test_code_is_kept_under_the_ref_of_the_run(kind: str, repository: Path) -> None:
    version: CodeVersion = MemoryCode() if kind == "memory" else GitCode(find_project(str(repository)))
    captured = version.capture(RUN_ID, AT, {})
    assert set(captured.code) == set(blank(RUN_ID, "", AT)["code"])
    assert captured.code["ref"] == f"refs/exp/runs/{RUN_ID}"
    assert (captured.code["branch"], captured.code["complete"], captured.warnings) == ("main", True, [])


def test_an_environment_has_every_key(kind: str, repository: Path) -> None:
    probe: EnvProbe = MemoryEnv() if kind == "memory" else ChildEnv(str(repository), str(repository), {}, ())
    captured = probe.probe(["true"], str(repository))
    assert set(captured.env) == set(blank("", "", "")["env"])
    assert captured.env["packages"]
    assert captured.env["python"].startswith("3.")
