"""`dvc` in a copy of the project finds the cache and the remotes, and no credential leaks."""

from pathlib import Path

import pytest

from expbench.adapters.dvc.config import cache_dir
from expbench.adapters.dvc.localconfig import write_local_config

CONFIG = (
    "[core]\n    remote = near\n['remote \"near\"']\n    url = ../store\n['remote \"far\"']\n    url = s3://b/x\n"
)
SECRET = '[\'remote "far"\']\n    secret_access_key = "hush #1"\n    credentialpath = keys.json\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A project with a remote at a relative address and a secret."""
    for name in ("home", "copy"):
        (tmp_path / name / ".dvc").mkdir(parents=True)
        (tmp_path / name / ".dvc" / "config").write_text(CONFIG)
        (tmp_path / name / ".dvc" / ".gitignore").write_text("/config.local\n/tmp\n/cache\n")
    (tmp_path / "home" / ".dvc" / "config.local").write_text(SECRET)
    return tmp_path / "home"


def written(home: Path, *, secrets: bool, without_git: bool = False) -> str:
    copy = home.parent / "copy"
    write_local_config(str(home), str(copy), secrets=secrets, without_git=without_git)
    return (copy / ".dvc" / "config.local").read_text()


def test_relative_addresses_become_absolute_and_others_stay_away(home: Path) -> None:
    text = written(home, secrets=False)
    assert f'url = "{home}/store"' in text
    assert "s3://" not in text
    assert cache_dir(str(home.parent / "copy")) == f"{home}/.dvc/cache"


def test_credentials_come_along_only_when_asked(home: Path) -> None:
    assert 'secret_access_key = "hush #1"' in written(home, secrets=True)
    assert f'credentialpath = "{home}/.dvc/keys.json"' in written(home, secrets=True)
    assert "hush" not in written(home, secrets=False)
    assert (home.parent / "copy" / ".dvc" / "config.local").stat().st_mode & 0o077 == 0


def test_credentials_stay_away_where_git_would_see_them(home: Path) -> None:
    (home.parent / "copy" / ".dvc" / ".gitignore").write_text("/tmp\n")
    assert "hush" not in written(home, secrets=True)


def test_a_folder_without_git_says_so_to_dvc(home: Path) -> None:
    assert "no_scm = true" in written(home, secrets=False, without_git=True)
    assert "no_scm" not in written(home, secrets=False)


def test_a_cache_elsewhere_and_a_name_with_special_signs_is_kept(home: Path) -> None:
    strange = home.parent / "a strange, 'cache'"
    with (home / ".dvc" / "config.local").open("a") as file:
        file.write(f'[cache]\n    dir = "{strange}"\n    type = copy\n')
    text = written(home, secrets=True)
    assert f'dir = "{strange}"' in text
    assert "type = copy" in text


def test_without_dvc_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    write_local_config(str(tmp_path), str(tmp_path / "copy"), secrets=True)
    assert list((tmp_path / "copy").iterdir()) == []
