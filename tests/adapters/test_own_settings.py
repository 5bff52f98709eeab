"""The user's own configuration: found, read, and what is wrong with it."""

from pathlib import Path
from typing import Any

import pytest

from expbench.adapters.own_settings import commands_for, own_settings_file, read_own_settings
from expbench.errors import ExpError


def test_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert own_settings_file({"XDG_CONFIG_HOME": "/etc/ada"}) == "/etc/ada/exp/config.toml"
    for environ in ({}, {"XDG_CONFIG_HOME": ""}, {"XDG_CONFIG_HOME": "relative"}):
        assert own_settings_file(environ) == "/home/ada/.config/exp/config.toml"


def test_it_is_read_where_there_is_one(tmp_path: Path) -> None:
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert read_own_settings(environ) == {}
    (tmp_path / "exp").mkdir()
    (tmp_path / "exp/config.toml").write_text('[events]\npromote = ["notify", "x"]\n')
    assert commands_for(read_own_settings(environ), "promote", "f") == [["notify", "x"]]


@pytest.mark.parametrize(
    ("events", "commands"),
    [
        ({}, []),
        ({"promote": []}, []),
        ({"promote": ["a", "b"]}, [["a", "b"]]),
        ({"promote": [["a"], ["b", "c"]]}, [["a"], ["b", "c"]]),
        ({"demote": ["a"]}, []),
    ],
)
def test_commands_of_an_event(events: dict[str, Any], commands: list[list[str]]) -> None:
    assert commands_for({"events": events}, "promote", "f") == commands
    assert commands_for({}, "promote", "f") == []


@pytest.mark.parametrize("value", ["notify", 1, [1], ["a", ["b"]], [["a"], [1]]])
def test_wrong_types_are_named(value: object) -> None:
    with pytest.raises(ExpError, match="f can't be used"):
        commands_for({"events": {"promote": value}}, "promote", "f")
    with pytest.raises(ExpError):
        commands_for({"events": value}, "promote", "f") if not isinstance(value, dict) else None


@pytest.mark.parametrize("content", [b"x = ", b"x = " + b"9" * 5000, b"\xff", b"[" * 100_000])
def test_what_is_no_toml_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "exp").mkdir()
    (tmp_path / "exp/config.toml").write_bytes(content)
    with pytest.raises(ExpError, match="can't be used"):
        read_own_settings({"XDG_CONFIG_HOME": str(tmp_path)})


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "exp/config.toml").mkdir(parents=True)
    with pytest.raises(ExpError):
        read_own_settings({"XDG_CONFIG_HOME": str(tmp_path)})
