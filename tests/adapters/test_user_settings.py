"""The user's own settings: absent is fine, broken is told."""

from pathlib import Path

import pytest

from expbench.adapters.user_settings import read_user_settings, section, user_settings_file
from expbench.errors import EnvironmentUnusable


def written(tmp_path: Path, text: bytes) -> dict[str, str]:
    (tmp_path / "exp").mkdir()
    (tmp_path / "exp" / "config.toml").write_bytes(text)
    return {"XDG_CONFIG_HOME": str(tmp_path)}


@pytest.mark.parametrize("config_home", ["", "here", "./here", None])
def test_no_file_of_the_current_folder_is_ever_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config_home: str | None
) -> None:
    """A repository may hold such a file: a relative XDG_CONFIG_HOME counts for nothing, as the standard says."""
    monkeypatch.chdir(tmp_path)
    for folder in ("here", ".config"):
        (tmp_path / folder / "exp").mkdir(parents=True)
        (tmp_path / folder / "exp" / "config.toml").write_text("[keys]\n")
    environ = {} if config_home is None else {"XDG_CONFIG_HOME": config_home}
    assert read_user_settings(environ) == {}
    assert user_settings_file({**environ, "HOME": "/home/ada"}) == "/home/ada/.config/exp/config.toml"


def test_absent_settings_are_empty(tmp_path: Path) -> None:
    assert read_user_settings({"XDG_CONFIG_HOME": str(tmp_path)}) == {}
    assert read_user_settings({"HOME": str(tmp_path)}) == {}


def test_sections_are_read(tmp_path: Path) -> None:
    found = read_user_settings(written(tmp_path, b'[keys]\nhelp = "H"\n[tui]\ntheme = "nord"\n'))
    assert section(found, "keys") == {"help": "H"}
    assert section(found, "events") == {}


@pytest.mark.parametrize(
    "text",
    [b"[keys", b"\xff\xfe", b"a = " + b"[" * 2000, b"a = " + b"9" * 5000, b"#" * 10_000_001],
    ids=["broken", "bytes", "deep", "digits", "large"],
)
def test_settings_that_can_not_be_read_are_named(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(EnvironmentUnusable) as caught:
        read_user_settings(written(tmp_path, text))
    assert "config.toml can't be read" in caught.value.what


def test_a_section_that_is_no_table_is_named() -> None:
    with pytest.raises(EnvironmentUnusable):
        section({"keys": 3}, "keys")
