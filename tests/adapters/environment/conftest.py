"""Real interpreters: a venv without pip, made once, and packages planted into copies of it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# Long enough ago that a folder's mtime would show any further change.
LONG_AGO_NS = 1_600_000_000 * 10**9


@pytest.fixture(scope="session")
def venv_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A venv of the running Python, without pip."""
    folder = tmp_path_factory.mktemp("venvs") / "template"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return folder


@pytest.fixture
def venv(venv_template: Path, tmp_path: Path) -> Path:
    """A copy of it at `.venv` of a folder `repo`; links to the interpreter work from anywhere."""
    folder = tmp_path / "repo" / ".venv"
    shutil.copytree(venv_template, folder, symlinks=True)
    age(folder)
    return folder


def site_packages(venv: Path) -> Path:
    """The folder that packages of a venv are installed into."""
    return next(venv.glob("lib/python*/site-packages"))


def plant(venv: Path, name: str, version: str, folder: str | None = None) -> Path:
    """Install the metadata of a package, as an installer would leave it."""
    place = site_packages(venv) / (folder or f"{name}-{version}.dist-info")
    place.mkdir()
    (place / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nName: not this\n")
    return place


def age(folder: Path) -> None:
    """Make a venv look as if nothing had changed in it for years."""
    for path in (folder / "pyvenv.cfg", site_packages(folder)):
        os.utime(path, ns=(LONG_AGO_NS, LONG_AGO_NS))


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str, str], Path]:
    """Makes an executable script at a path relative to the test's folder."""

    def make(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return path

    return make
