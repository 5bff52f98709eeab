"""Without a framework its integration says what to install, and `expbench` itself needs none."""

import subprocess
import sys
from pathlib import Path

import pytest

FRAMEWORKS = {
    "sklearn": "scikit-learn",
    "pytorch": "torch",
    "lightning": "lightning",
    "keras": "keras",
    "transformers": "transformers",
    "xgboost": "xgboost",
    "lightgbm": "lightgbm",
    "optuna": "optuna",
}
HIDDEN = {"pytorch": ["torch"], "lightning": ["lightning", "pytorch_lightning"]}
HIDE = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {hidden}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Hidden())
"""
FOLDER = Path(__file__).parents[2] / "src/expbench/integrations"


def python(code: str, *hidden: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", HIDE.format(hidden=set(hidden)) + code]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_table_of_frameworks_is_whole() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "values"}
    assert modules == FRAMEWORKS.keys()


@pytest.mark.parametrize(("module", "package"), FRAMEWORKS.items())
def test_an_absent_framework_is_told_with_the_command_that_installs_it(module: str, package: str) -> None:
    done = python(f"import expbench.integrations.{module}", *HIDDEN.get(module, [module]))
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(f"ImportError: this integration needs {package}: No module named ")
    assert last.endswith(f"; pip install {package}")


def test_the_integrations_alone_bring_nothing(tmp_path: Path) -> None:
    code = "import expbench.integrations, sys; print(sorted({name.partition('.')[0] for name in sys.modules}))"
    done = python(code)
    assert done.returncode == 0, done.stderr
    assert not [name for name in ("keras", "torch", "numpy", "xgboost") if f"'{name}'" in done.stdout]


def test_every_integration_is_a_page_long() -> None:
    lengths = {path.name: len(path.read_text().splitlines()) for path in FOLDER.glob("*.py")}
    assert {name: lines for name, lines in lengths.items() if lines >= 120} == {}
