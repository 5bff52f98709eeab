"""The remote of a run is where its code came from, and never lets anyone in."""

from pathlib import Path

import pytest

from expbench.adapters.git.discovery import find_project
from expbench.adapters.git.remote import remote_url, strip_credentials
from tests.adapters.git.conftest import take
from tests.conftest import run_git


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://host.example/a/b.git", "https://host.example/a/b.git"),
        ("https://user:SECRET@host.example/a.git", "https://host.example/a.git"),
        ("https://SECRET@host.example/a.git", "https://host.example/a.git"),
        ("https://user:SEC@RET@host.example/a.git", "https://host.example/a.git"),
        ("https://user:SEC/RET@host.example/a.git", "https://host.example/a.git"),
        ("https://user:SECRET@host.example:8443/a.git", "https://host.example:8443/a.git"),
        ("https://host.example:8443/@scope/a.git", "https://host.example:8443/@scope/a.git"),
        ("https://host.example/a.git?private_token=SECRET", "https://host.example/a.git"),
        ("https://host.example/a.git#SECRET", "https://host.example/a.git"),
        ("https://host.example?t=SECRET@x", "https://host.example"),
        ("ssh://git@host.example/a.git", "ssh://git@host.example/a.git"),
        ("ssh://git:SECRET@host.example:22/a.git", "ssh://git@host.example:22/a.git"),
        ("git@host.example:a/b.git", "git@host.example:a/b.git"),
        ("/srv/git/a.git", "/srv/git/a.git"),
        ("file:///srv/git/a.git", "file:///srv/git/a.git"),
        ("", ""),
    ],
)
def test_credentials_are_cut_off(url: str, kept: str) -> None:
    assert strip_credentials(url) == kept
    assert "SECRET" not in strip_credentials(url)


def remote(root: Path, branch: str | None = "main") -> str | None:
    return remote_url(find_project(str(root)), branch)


def test_none_without_a_remote(repository: Path) -> None:
    assert remote(repository) is None


def test_origin_unless_the_branch_has_its_own(repository: Path) -> None:
    run_git(repository, "remote", "add", "origin", "https://host.example/origin.git")
    run_git(repository, "remote", "add", "mine", "https://host.example/mine.git")
    assert remote(repository) == "https://host.example/origin.git"
    run_git(repository, "config", "branch.main.remote", "mine")
    assert remote(repository) == "https://host.example/mine.git"
    assert remote(repository, "other") == remote(repository, None) == "https://host.example/origin.git"


def test_a_branch_of_a_local_branch_or_of_a_url(repository: Path) -> None:
    run_git(repository, "remote", "add", "origin", "https://host.example/origin.git")
    run_git(repository, "config", "branch.main.remote", ".")
    assert remote(repository) == "https://host.example/origin.git"
    run_git(repository, "config", "branch.main.remote", "https://u:SECRET@host.example/other.git")
    assert remote(repository) == "https://host.example/other.git"


def test_the_only_remote_whatever_its_name(repository: Path) -> None:
    run_git(repository, "remote", "add", "upstream.x", "https://host.example/a.git")
    assert remote(repository) == "https://host.example/a.git"


def test_remote_from_an_included_file(repository: Path) -> None:
    run_git(repository, "config", "include.path", "more")
    (repository / ".git" / "more").write_text('[remote "origin"]\n\turl = https://t@host.example/a.git\n')
    assert remote(repository) == "https://host.example/a.git"


def test_a_run_records_it_without_credentials(repository: Path) -> None:
    run_git(repository, "remote", "add", "origin", "https://user:SECRET@host.example/a.git")
    assert take(repository).code["remote"] == "https://host.example/a.git"
