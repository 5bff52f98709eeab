"""Which program a command means, and the codes of those that mean none."""

import os
from pathlib import Path

import pytest

from expbench.adapters.execution.command import NotExecutable, NotFound, NotStarted, resolve_command
from expbench.errors import UsageError


def program(path: Path, mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)
    return path


def test_the_childs_own_path_counts(tmp_path: Path) -> None:
    """A virtual environment that only the child gets is where its python is found."""
    own = program(tmp_path / "venv/bin/python")
    assert resolve_command(["python"], str(tmp_path), {"PATH": f"{tmp_path}/none:{own.parent}:/usr/bin"}) == str(own)


def test_relative_names_are_relative_to_the_childs_directory(tmp_path: Path) -> None:
    own = program(tmp_path / "sub/train")
    assert os.path.samefile(resolve_command(["./train"], str(tmp_path / "sub"), {}), own)
    assert os.path.samefile(resolve_command(["train"], str(tmp_path / "sub"), {"PATH": "/none:"}), own)
    assert os.path.samefile(resolve_command(["train"], str(tmp_path), {"PATH": "sub"}), own)


def test_without_a_path_the_systems_own_is_taken(tmp_path: Path) -> None:
    assert resolve_command(["sh"], str(tmp_path), {}).endswith("/sh")


@pytest.mark.parametrize("word", ["no-such-command", "./no-such-file", "/no/such/file", "weird\nname", "\udcff"])
def test_what_is_nowhere_is_127(tmp_path: Path, word: str) -> None:
    with pytest.raises(NotFound) as caught:
        resolve_command([word], str(tmp_path), {"PATH": "/usr/bin"})
    assert caught.value.exit_code == 127
    assert caught.value.hint


def test_what_can_not_be_executed_is_126(tmp_path: Path) -> None:
    program(tmp_path / "train.py", 0o644)
    (tmp_path / "folder").mkdir()
    for word, why in (("./train.py", "not marked"), ("./folder", "directory")):
        with pytest.raises(NotExecutable) as caught:
            resolve_command([word], str(tmp_path), {"PATH": "/usr/bin"})
        assert caught.value.exit_code == 126
        assert why in caught.value.cause
    with pytest.raises(NotExecutable) as caught:
        resolve_command(["train.py"], str(tmp_path), {"PATH": str(tmp_path)})
    assert caught.value.hint == "exp run -- python train.py"


def test_a_file_that_can_not_be_run_does_not_hide_a_later_one(tmp_path: Path) -> None:
    program(tmp_path / "first/tool", 0o644)
    (tmp_path / "second/tool").mkdir(parents=True)
    own = program(tmp_path / "third/tool")
    path = ":".join(str(tmp_path / name) for name in ("first", "second", "third"))
    assert resolve_command(["tool"], "/", {"PATH": path}) == str(own)


def test_a_directory_that_is_gone_is_125(tmp_path: Path) -> None:
    with pytest.raises(NotStarted) as caught:
        resolve_command(["true"], str(tmp_path / "gone"), {"PATH": "/usr/bin:/bin"})
    assert caught.value.exit_code == 125


@pytest.mark.parametrize("argv", [[], [""], ["echo", "a\0b"], ["echo", "\ud800"]])
def test_impossible_arguments_are_a_usage_error(argv: list[str]) -> None:
    with pytest.raises(UsageError):
        resolve_command(argv, "/", {"PATH": "/usr/bin:/bin"})
