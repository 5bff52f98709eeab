"""Writing tags and commits with real git: nothing of the user's changes, seconds are told, signing is git's own."""

import multiprocessing
import shutil
import subprocess
from pathlib import Path

import pytest

from expbench.adapters.git.discovery import Project, find_project
from expbench.adapters.git.process import GitFailed
from expbench.adapters.git.tagging import (
    LOCK_FILE,
    TagExists,
    commit_files,
    identity,
    is_ignored,
    is_pushed,
    read_file,
    registry_lock,
    write_tag,
)
from expbench.adapters.git.tags import read_tags
from expbench.errors import EnvironmentUnusable, ExpError
from tests.cli.program import belongings
from tests.conftest import run_git

AT = 1_700_000_000


@pytest.fixture
def project(repository: Path) -> Project:
    return find_project(str(repository))


def head(project: Project) -> str:
    return run_git(Path(project.root), "rev-parse", "HEAD")


def test_a_tag_is_of_the_second_that_was_told(project: Project) -> None:
    write_tag(project, "m#prod!#1", head(project), '# Promote\n\n{"a": "#"}\n', AT)
    (tag,) = read_tags(project.root)
    assert (tag.name, tag.target, tag.at, tag.signed) == ("m#prod!#1", head(project), AT, False)
    assert tag.tagger == "Tester <tester@example.org>"
    assert tag.message == '# Promote\n\n{"a": "#"}\n'


def test_a_tag_that_exists_is_never_moved(project: Project) -> None:
    write_tag(project, "m@v0.0.1", head(project), "one\n", AT)
    with pytest.raises(TagExists) as caught:
        write_tag(project, "m@v0.0.1", head(project), "two\n", AT + 1)
    assert caught.value.exit_code == 1
    assert [tag.message for tag in read_tags(project.root)] == ["one\n\n"]


def test_the_user_is_who_git_says(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.delenv(f"GIT_{name}_NAME")
        monkeypatch.delenv(f"GIT_{name}_EMAIL")
    run_git(Path(project.root), "config", "user.useConfigOnly", "true")
    with pytest.raises(EnvironmentUnusable) as caught:
        identity(project)
    assert "git config --global user.name" in caught.value.hint
    run_git(Path(project.root), "config", "user.name", "Ada Lovelace")
    run_git(Path(project.root), "config", "user.email", "ada@example.org")
    assert identity(project) == "Ada Lovelace <ada@example.org>"
    write_tag(project, "m@v0.0.1", head(project), "one\n", AT)
    assert read_tags(project.root)[0].tagger == "Ada Lovelace <ada@example.org>"


def test_a_commit_holds_exactly_its_files_and_touches_nothing(project: Project) -> None:
    root = Path(project.root)
    (root / "train.py").write_text("changed\n")
    (root / "new.txt").write_text("untracked\n")
    run_git(root, "add", "new.txt")
    before = belongings(root)
    files = {"run.json": b"{}\n", "artifacts/a b\n.pkl": bytes(range(256)), ".dvc/config": b""}
    commit = commit_files(project, "key", files, head(project), "Register\n", AT)
    assert belongings(root) == before
    listed = run_git(root, "ls-tree", "-r", "-z", "--name-only", commit).split("\0")
    assert sorted(filter(None, listed)) == sorted(files)
    assert run_git(root, "log", "-1", "--format=%P %ct %an %s", commit) == f"{head(project)} {AT} Tester Register"
    assert {path: read_file(project, commit, path) for path in files} == files
    assert read_file(project, commit, "absent") is None
    assert not [path for path in Path(project.git_dir).iterdir() if path.name.startswith("exp-snapshot")]


def test_a_bad_parent_and_an_impossible_name_are_told(project: Project) -> None:
    with pytest.raises(GitFailed):
        commit_files(project, "key", {"a": b""}, "0" * 40, "x\n", AT)
    with pytest.raises(GitFailed) as caught:
        write_tag(project, "m..n@v0.0.1", head(project), "x\n", AT)
    assert caught.value.what == "the git tag m..n@v0.0.1 can't be written"
    write_tag(project, "m", head(project), "x\n", AT)
    with pytest.raises(GitFailed):
        write_tag(project, "m/n@v0.0.1", head(project), "x\n", AT)


def test_pushed_is_what_a_remote_branch_holds(project: Project, tmp_path: Path) -> None:
    root = Path(project.root)
    assert not is_pushed(project, head(project))
    run_git(tmp_path, "init", "-q", "--bare", "remote")
    run_git(root, "remote", "add", "origin", str(tmp_path / "remote"))
    run_git(root, "push", "-q", "origin", "main")
    assert is_pushed(project, head(project))
    run_git(root, "commit", "-q", "--allow-empty", "-m", "second")
    assert not is_pushed(project, head(project))
    assert not is_pushed(project, "1" * 40)


def test_ignored_files_are_known(project: Project) -> None:
    (Path(project.root) / ".gitignore").write_text("secret\n")
    assert is_ignored(project, "secret")
    assert not is_ignored(project, "train.py")


def _hold(project: Project, name: str, message: str) -> None:
    with registry_lock(project):
        known = {tag.name for tag in read_tags(project.root)}
        write_tag(project, f"m#prod#{len(known) + 1}", head(project), f"{message} of {name}\n", AT + len(known))


def test_processes_write_one_after_the_other(project: Project) -> None:
    """Without the lock they would count the same tags and claim the same name."""
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_hold, args=(project, f"p{number}", "by")) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * 4
    assert [tag.name for tag in read_tags(project.root)] == [f"m#prod#{number}" for number in (1, 2, 3, 4)]


def test_a_lock_that_nobody_can_have(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("expbench.adapters.git.tagging.WAIT_S", 0.05)
    locked = pytest.raises(EnvironmentUnusable, match="the registry is locked")
    with registry_lock(project), locked, registry_lock(project):
        raise AssertionError
    with registry_lock(project):
        pass
    (Path(project.common_dir) / LOCK_FILE).unlink()
    (Path(project.common_dir) / LOCK_FILE).symlink_to("/elsewhere")
    with pytest.raises(ExpError, match="can't be written"), registry_lock(project):
        raise AssertionError


def _ssh(root: Path, home: Path) -> None:
    key = home / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    (home / "allowed").write_text(f"tester@example.org {key.with_suffix('.pub').read_text()}")
    for name, value in (("format", "ssh"), ("ssh.allowedSignersFile", str(home / "allowed"))):
        run_git(root, "config", f"gpg.{name}", value)
    run_git(root, "config", "user.signingKey", str(key))


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="there is no ssh-keygen here")
def test_what_git_is_set_up_to_sign_is_signed(project: Project, tmp_path: Path) -> None:
    root = Path(project.root)
    _ssh(root, tmp_path)
    run_git(root, "config", "tag.gpgSign", "true")
    write_tag(project, "m@v0.0.1", head(project), 'Register\n\n{"a": 1}\n', AT)
    (tag,) = read_tags(project.root)
    assert tag.signed
    assert tag.message == 'Register\n\n{"a": 1}\n'
    run_git(root, "verify-tag", "m@v0.0.1")


@pytest.mark.skipif(shutil.which("gpg") is None, reason="there is no gpg here")
def test_a_gpg_signature_is_no_part_of_the_message_either(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "g"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    quick = ["gpg", "--batch", "--passphrase", "", "--quick-generate-key", "Tester <tester@example.org>", "ed25519"]
    try:
        subprocess.run(quick, check=True, capture_output=True)
        run_git(Path(project.root), "config", "tag.gpgSign", "true")
        write_tag(project, "m@v0.0.1", head(project), 'Register\n\n{"a": 1}\n', AT)
        run_git(Path(project.root), "verify-tag", "m@v0.0.1")
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], check=False)
    (tag,) = read_tags(project.root)
    assert (tag.signed, tag.message) == (True, 'Register\n\n{"a": 1}\n')


def test_a_signature_that_fails_writes_no_tag(project: Project) -> None:
    root = Path(project.root)
    run_git(root, "config", "tag.gpgSign", "true")
    run_git(root, "config", "gpg.program", "false")
    with pytest.raises(GitFailed) as caught:
        write_tag(project, "m@v0.0.1", head(project), "x\n", AT)
    assert caught.value.what == "the git tag m@v0.0.1 can't be written"
    assert "gpg" in caught.value.hint
    assert read_tags(project.root) == []
