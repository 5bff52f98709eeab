"""Refs are listed, deleted in bulk and packed; nothing outside `refs/exp/` is ever touched."""

from pathlib import Path

import pytest

from expbench.adapters.git.discovery import find_project
from expbench.adapters.git.refs import RUNS, delete_refs, list_refs, pack_when_many
from expbench.errors import ExpError
from tests.adapters.git.conftest import take
from tests.conftest import run_git


def make(root: Path, count: int) -> list[str]:
    head = run_git(root, "rev-parse", "HEAD")
    names = [f"{RUNS}/{number:012}" for number in range(count)]
    for name in names:
        run_git(root, "update-ref", name, head)
    return names


def test_none_at_first(repository: Path) -> None:
    assert list_refs(str(repository)) == {}


def test_listed_and_deleted_loose_or_packed(repository: Path) -> None:
    names = make(repository, 4)
    run_git(repository, "pack-refs", "--all")
    run_git(repository, "update-ref", f"{RUNS}/loose", "HEAD")
    head = run_git(repository, "rev-parse", "HEAD")
    assert list_refs(str(repository)) == dict.fromkeys([*names, f"{RUNS}/loose"], head)
    delete_refs(str(repository), [names[0], names[2], f"{RUNS}/loose"])
    assert list(list_refs(str(repository))) == [names[1], names[3]]


def test_deleting_what_is_not_there_or_nothing_is_no_error(repository: Path) -> None:
    names = make(repository, 2)
    delete_refs(str(repository), [])
    delete_refs(str(repository), [names[0], f"{RUNS}/gone"])
    assert list(list_refs(str(repository))) == [names[1]]


@pytest.mark.parametrize("ref", ["refs/heads/main", "HEAD", "refs/exp", "refs/experiments/x"])
def test_other_refs_are_refused(repository: Path, ref: str) -> None:
    with pytest.raises(ExpError):
        delete_refs(str(repository), [f"{RUNS}/x", ref])
    assert run_git(repository, "rev-parse", "refs/heads/main")


def test_packed_only_when_many(repository: Path) -> None:
    names = make(repository, 5)
    project = find_project(str(repository))
    assert not pack_when_many(project, above=5)
    assert pack_when_many(project, above=4)
    assert not pack_when_many(project, above=4)
    assert list(list_refs(str(repository))) == names


def test_packing_by_another_process_is_no_error(repository: Path) -> None:
    names = make(repository, 5)
    (repository / ".git" / "packed-refs.lock").write_text("")
    run_git(repository, "config", "core.packedRefsTimeout", "0")
    assert not pack_when_many(find_project(str(repository)), above=1)
    assert list(list_refs(str(repository))) == names


def test_a_capture_packs_when_there_are_many(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("expbench.adapters.git.refs.pack_when_many.__defaults__", (2,))
    make(repository, 3)
    take(repository)
    assert len(list_refs(str(repository))) == 4
    assert not (repository / ".git" / RUNS).exists()
