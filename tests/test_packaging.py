"""The wheel, built and installed alone, is a whole `exp`: nothing of it is only in the checkout."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = folder.glob("expbench-*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment that holds the wheel, and sees the dependencies but not the checkout.

    A `.pth` line adds this environment's libraries after its own; their own `.pth` files, among them the one
    that points at the checkout, are not followed.
    """
    home = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(home, with_pip=True, symlinks=True)
    python = home / "bin" / "python"
    pip = [str(python), "-m", "pip", "--quiet", "--quiet", "install", "--no-index", "--no-deps", str(wheel)]
    subprocess.run(pip, check=True)
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    purelib = subprocess.run([str(python), "-c", ask], capture_output=True, text=True, check=True).stdout.strip()
    Path(purelib, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin"


def outside(command: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing in its environment that could lead back to the checkout."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, check=False)


def test_the_package_comes_from_the_wheel_and_not_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    done = outside([str(installed / "python"), "-c", "import expbench; print(expbench.__file__)"], tmp_path)
    assert done.stdout.startswith(str(installed.parent)), done.stderr


def test_every_source_file_is_in_the_wheel(wheel: Path) -> None:
    """Data files too, such as the demo's template and `py.typed`."""
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    source = ROOT / "src"
    files = {str(path.relative_to(source)) for path in source.rglob("*") if path.is_file()}
    assert {name for name in files if "__pycache__" not in name} <= packed
    assert any(name.endswith("licenses/LICENSE") for name in packed)
    assert not [name for name in packed if name.startswith(("tests/", "bench/", "sample_project/"))]


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_the_installed_command_answers(argument: str, installed: Path, tmp_path: Path) -> None:
    done = outside([str(installed / "exp"), argument], tmp_path)
    assert done.returncode == 0, done.stderr
    assert "exp" in done.stdout


def test_every_module_can_be_imported_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    """No module needs what only the checkout has; integrations need their frameworks, and have tests of their own."""
    code = (
        "import importlib, pkgutil, expbench\n"
        "names = [m.name for m in pkgutil.walk_packages(expbench.__path__, 'expbench.')]\n"
        "names = [name for name in names if '.integrations.' not in name and not name.endswith('__main__')]\n"
        "for name in names: importlib.import_module(name)\n"
        "print(len(names))"
    )
    done = outside([str(installed / "python"), "-c", code], tmp_path)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 10


def test_the_installed_command_records_and_lists_a_run(installed: Path, repository: Path) -> None:
    recorded = outside([str(installed / "exp"), "run", "--", "true"], repository)
    assert recorded.returncode == 0, recorded.stderr
    listed = outside([str(installed / "exp"), "ls", "--json"], repository)
    assert listed.returncode == 0, listed.stderr
    assert '"finished"' in listed.stdout
