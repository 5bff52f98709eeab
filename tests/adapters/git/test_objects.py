"""Ids of objects worked out from their bytes, as git has them."""

from pathlib import Path

from expbench.adapters.git.objects import files_in, read_commit, read_object
from tests.conftest import run_git


def test_ids_are_those_of_git(repository: Path) -> None:
    head = run_git(repository, "rev-parse", "HEAD")
    tree = run_git(repository, "rev-parse", "HEAD^{tree}")
    blob = run_git(repository, "rev-parse", "HEAD:train.py")
    for object_id, kind in ((head, "commit"), (tree, "tree"), (blob, "blob")):
        found = read_object(str(repository), object_id)
        assert found is not None
        assert (found.kind, found.object_id) == (kind, object_id)
    assert files_in(str(repository), tree)["train.py"] == blob


def test_a_commit_has_its_tree_and_parents(repository: Path) -> None:
    run_git(repository, "commit", "-q", "--allow-empty", "-m", "tree 0\nparent 0")
    found = read_commit(str(repository), run_git(repository, "rev-parse", "HEAD"))
    assert found is not None
    assert found.tree == run_git(repository, "rev-parse", "HEAD^{tree}")
    assert found.parents == [run_git(repository, "rev-parse", "HEAD^")]


def test_in_a_repository_of_sha256(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q", "--object-format=sha256")
    run_git(tmp_path, "commit", "-q", "--allow-empty", "-m", "x")
    head = run_git(tmp_path, "rev-parse", "HEAD")
    found = read_commit(str(tmp_path), head)
    assert found is not None
    assert (found.object_id, len(head)) == (head, 64)


def test_what_is_not_there_is_none(repository: Path) -> None:
    tree = run_git(repository, "rev-parse", "HEAD^{tree}")
    assert read_object(str(repository), "0" * 40) is None
    assert read_object(str(repository), "--batch") is None
    assert read_commit(str(repository), tree) is None
    assert files_in(str(repository), "0" * 40) == {}
