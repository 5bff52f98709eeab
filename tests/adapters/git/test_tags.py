"""Reading tags from real repositories: fields, signatures apart, and what is broken."""

from pathlib import Path

import pytest

from expbench.adapters.git.process import GitFailed
from expbench.adapters.git.tags import read_tags
from tests.conftest import run_git


def test_an_annotated_tag_is_read_whole(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "@1700000000 +0200")
    run_git(repository, "tag", "-a", "-m", 'Register m v0.0.1\n\n{"a": 1}', "m@v0.0.1")
    (tag,) = read_tags(str(repository))
    assert (tag.name, tag.target) == ("m@v0.0.1", run_git(repository, "rev-parse", "HEAD"))
    assert (tag.tagger, tag.at) == ("Tester <tester@example.org>", 1700000000)
    assert tag.message.partition("\n\n") == ("Register m v0.0.1", "\n\n", '{"a": 1}\n')
    assert (tag.annotated, tag.target_is_commit, tag.signed) == (True, True, False)


def test_no_tags_are_no_trouble(repository: Path, tmp_path: Path) -> None:
    assert read_tags(str(repository)) == []
    run_git(tmp_path, "init", "-q", "unborn")
    assert read_tags(str(tmp_path / "unborn")) == []


def test_other_kinds_of_tags_are_told_apart(repository: Path) -> None:
    run_git(repository, "tag", "light")
    run_git(repository, "tag", "-a", "-m", "a tree", "tree", "HEAD^{tree}")
    run_git(repository, "tag", "-a", "-m", "plain", "plain")
    run_git(repository, "tag", "-a", "-m", "of a tag", "nested", "plain")
    found = {tag.name: (tag.annotated, tag.target_is_commit) for tag in read_tags(str(repository))}
    assert found == {"light": (False, True), "tree": (True, False), "plain": (True, True), "nested": (True, False)}


def test_a_tag_in_bytes_that_are_no_text_is_read(repository: Path) -> None:
    head = run_git(repository, "rev-parse", "HEAD").encode()
    raw = b"object " + head + b"\ntype commit\ntag x\ntagger \xff <b@c> 1700000000 +0000\n\n\xfe\x1b[31m\n"
    import subprocess

    made = subprocess.run(
        ["git", "hash-object", "-t", "tag", "-w", "--literally", "--stdin"], cwd=repository, input=raw, check=True,
        capture_output=True,
    )  # fmt: skip
    run_git(repository, "update-ref", "refs/tags/x", made.stdout.decode().strip())
    (tag,) = read_tags(str(repository))
    assert (tag.tagger, tag.at) == ("� <b@c>", 1700000000)
    assert tag.message == "�\x1b[31m\n\n"


def test_a_tag_whose_object_is_gone_harms_no_other(repository: Path) -> None:
    run_git(repository, "tag", "-a", "-m", "good", "good")
    for name in ("gone", "also/gone"):
        (repository / ".git/refs/tags" / name).parent.mkdir(exist_ok=True)
        (repository / ".git/refs/tags" / name).write_text("1" * 40 + "\n")
    (repository / ".git/refs/tags/garbage").write_text("not an id\n")
    found = {tag.name: tag.target_is_commit for tag in read_tags(str(repository))}
    assert found == {"good": True, "gone": False, "also/gone": False}


def test_a_tag_whose_commit_is_gone_harms_no_other(repository: Path) -> None:
    run_git(repository, "tag", "-a", "-m", "good", "good")
    run_git(repository, "commit", "-q", "--allow-empty", "-m", "second")
    run_git(repository, "tag", "-a", "-m", "bad", "bad")
    commit = run_git(repository, "rev-parse", "HEAD")
    run_git(repository, "reset", "-q", "--hard", "HEAD~1")
    (repository / ".git/objects" / commit[:2] / commit[2:]).unlink()
    assert {tag.name: tag.target_is_commit for tag in read_tags(str(repository))} == {"good": True, "bad": False}


def test_a_damaged_object_harms_no_other(repository: Path) -> None:
    for name in ("a", "b", "c", "d"):
        run_git(repository, "tag", "-a", "-m", name, name)
    damaged = run_git(repository, "rev-parse", "refs/tags/b")
    path = repository / ".git/objects" / damaged[:2] / damaged[2:]
    path.chmod(0o600)
    path.write_bytes(b"rubbish")
    found = {tag.name: tag.target_is_commit for tag in read_tags(str(repository))}
    assert found == {"a": True, "b": False, "c": True, "d": True}


def test_more_broken_tags_than_anyone_can_repair_are_told(repository: Path) -> None:
    for number in range(60):
        (repository / f".git/refs/tags/gone{number}").write_text("1" * 40 + "\n")
    with pytest.raises(GitFailed):
        read_tags(str(repository))


def test_a_repository_that_git_can_t_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(GitFailed):
        read_tags(str(tmp_path))
