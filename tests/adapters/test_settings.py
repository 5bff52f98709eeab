"""Reading `exp.toml`: what can't be read is said in words, with the line, and nothing hangs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from expbench.adapters.settings import read_settings
from expbench.domain.settings import DEFAULT_TOML, Settings
from expbench.errors import EnvironmentUnusable


def test_without_a_file_there_are_the_defaults(tmp_path: Path) -> None:
    assert read_settings(str(tmp_path)) == Settings()


def test_settings_are_read(tmp_path: Path) -> None:
    (tmp_path / "exp.toml").write_bytes(b'\xef\xbb\xbfmetric = "acc"\r\n')
    assert read_settings(str(tmp_path)).metric == "acc"


def test_a_file_of_comments_needs_no_parser(tmp_path: Path) -> None:
    (tmp_path / "exp.toml").write_text(DEFAULT_TOML)
    code = (
        "import sys; from expbench.adapters.settings import read_settings; read_settings(sys.argv[1]);"
        "print('tomllib' in sys.modules, 'ruamel' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"a = 1\nb = \n", "line 2"),
        (b"a = 1\na = 2\n", "Cannot overwrite a value"),
        (b"ok = 1\n\xff = 2\n", "not UTF-8 (at line 2)"),
        (b"a = " + b"[" * 100_000, "nested too deep"),
        (b"a = " + b"9" * 5000, "digits"),
        (b"#" * 10_000_001, "larger than 10 MB"),
    ],
)
def test_what_is_broken_is_told_with_its_place(tmp_path: Path, data: bytes, cause: str) -> None:
    (tmp_path / "exp.toml").write_bytes(data)
    with pytest.raises(EnvironmentUnusable, match=r"exp\.toml can't be read") as caught:
        read_settings(str(tmp_path))
    assert cause in caught.value.cause
    assert caught.value.hint


def test_a_folder_or_a_pipe_in_its_place_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "exp.toml")
    with pytest.raises(EnvironmentUnusable) as caught:
        read_settings(str(tmp_path))
    assert "not a regular file" in caught.value.cause
    (tmp_path / "exp.toml").unlink()
    (tmp_path / "exp.toml").mkdir()
    with pytest.raises(EnvironmentUnusable):
        read_settings(str(tmp_path))


def test_a_dangling_link_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "exp.toml").symlink_to(tmp_path / "nowhere")
    assert read_settings(str(tmp_path)) == Settings()


def test_the_nearest_settings_up_to_the_root_count_and_their_paths_are_theirs(tmp_path: Path) -> None:
    inner = tmp_path / "sample" / "deep"
    inner.mkdir(parents=True)
    (tmp_path / "exp.toml").write_text('metric = "outer"\n[params]\nfiles = ["a.yaml"]\n')
    assert read_settings(str(tmp_path), str(inner)).params_files == ("a.yaml",)
    (tmp_path / "sample" / "exp.toml").write_text('metric = "inner"\n[params]\nfiles = ["b.yaml"]\n')
    settings = read_settings(str(tmp_path), str(inner))
    assert (settings.metric, settings.params_files) == ("inner", ("sample/b.yaml",))
    assert read_settings(str(tmp_path), str(tmp_path)).metric == "outer"


def test_settings_above_the_root_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "exp.toml").write_text('metric = "foreign"\n')
    (tmp_path / "repo").mkdir()
    assert read_settings(str(tmp_path / "repo"), str(tmp_path / "repo")).metric is None
