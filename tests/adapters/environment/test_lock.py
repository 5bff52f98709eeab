"""The lock file is the first that installers write; a loose list of requirements is none."""

import hashlib
import os
from pathlib import Path

import pytest

from expbench.adapters.environment.lock import lock_file


def test_without_a_lock_file_there_is_none(tmp_path: Path) -> None:
    assert lock_file(str(tmp_path)) == (None, [])


def test_the_first_one_counts_with_the_digest_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("a==1\n")
    (tmp_path / "poetry.lock").write_bytes(b"x\xff\r\n")
    assert lock_file(str(tmp_path)) == ({"path": "poetry.lock", "hash": hashlib.sha256(b"x\xff\r\n").hexdigest()}, [])


@pytest.mark.parametrize(
    "text",
    [
        "a==1\nB_c[extra]==2.0 ; python_version>'3'\n",
        "# x\n-r other.txt\n--hash=sha256:0\na === 1\n",
        "a @ https://example.org/a.whl\n",
        "a==1 \\\n    --hash=sha256:00\n",
    ],
)
def test_pinned_requirements_count(tmp_path: Path, text: str) -> None:
    (tmp_path / "requirements.txt").write_text(text)
    lock, _ = lock_file(str(tmp_path))
    assert lock is not None
    assert lock["path"] == "requirements.txt"


@pytest.mark.parametrize("text", ["", "# nothing\n", "a\n", "a==1\nb>=2\n", "a==1.*\n", "a~=1.0\n"])
def test_loose_requirements_do_not(tmp_path: Path, text: str) -> None:
    (tmp_path / "requirements.txt").write_text(text)
    assert lock_file(str(tmp_path)) == (None, [])


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "line", ["=" * 200_000 + "*", "a==1" * 100_000 + "*", "a== " * 100_000 + "*", "a @ " * 100_000]
)
def test_a_line_of_any_length_is_judged_at_once(tmp_path: Path, line: str) -> None:
    (tmp_path / "requirements.txt").write_text(line + "\n")
    lock_file(str(tmp_path))


def test_what_is_no_file_is_a_warning(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "uv.lock")
    (tmp_path / "pdm.lock").symlink_to("nowhere")
    (tmp_path / "Pipfile.lock").write_text("{}")
    lock, warnings = lock_file(str(tmp_path))
    assert lock is not None
    assert lock["path"] == "Pipfile.lock"
    assert [text.split(" ")[0] for text in warnings] == ["uv.lock", "pdm.lock"]
