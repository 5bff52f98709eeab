"""`import expbench` costs next to nothing and minds nobody's modules."""

import subprocess
import sys
from pathlib import Path

from tests.sdk.programs import alone, only_run

COUNT = "import sys; before = set(sys.modules); import {}; print(*sorted(set(sys.modules) - before))"


def loaded_by(statement: str, cwd: Path) -> set[str]:
    command = [sys.executable, "-c", COUNT.format(statement)]
    return set(subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True).stdout.split())


def test_the_import_loads_fewer_modules_than_json(tmp_path: Path) -> None:
    assert loaded_by("expbench", tmp_path) <= {"expbench", "__future__"}
    assert len(loaded_by("expbench", tmp_path)) < len(loaded_by("json", tmp_path))


def test_logging_alone_and_joined_loads_no_library(repository: Path) -> None:
    """All of logging, to its end, is the standard library and this package."""
    code = """
import atexit
atexit.register(lambda: print(*sorted({name.partition(".")[0] for name in sys.modules} - before)))
before = {name.partition(".")[0] for name in sys.modules}
expbench.log_metric("loss", 1)
expbench.log_param("a", 1)
expbench.set_tag("a", "b")
expbench.log_text("a", "b.txt")
expbench.end_run()
"""
    loaded = set(alone(repository, code).stdout.split())
    assert loaded - set(sys.stdlib_module_names) == set()


def test_the_first_point_of_a_joined_worker_loads_no_store(repository: Path, tmp_path: Path) -> None:
    code = """
run = expbench.active_run() or expbench.start_run()
from expbench.sdk.active import ActiveRun
before = set(sys.modules)
ActiveRun(run.id, None, run.dir).log_metric("loss", 1)
print(*set(sys.modules) - before)
"""
    assert alone(repository, code).stdout == "\n"


def test_modules_of_the_users_with_our_words_do_not_matter(repository: Path) -> None:
    for name in (
        "exp",
        "sdk",
        "domain",
        "errors",
        "adapters",
        "services",
        "ports",
        "cli",
        "render",
        "bootstrap",
        "run",
    ):
        (repository / f"{name}.py").write_text("raise RuntimeError('the wrong module')\n")
    (repository / "experiment.py").write_text("import expbench\nexpbench.log_metric('loss', 1)\n")
    subprocess.run([sys.executable, "experiment.py"], cwd=repository, check=True)
    subprocess.run([sys.executable, "-m", "experiment"], cwd=repository, check=True)
    from tests.sdk.programs import runs

    assert [document["status"] for document in runs(repository)] == ["finished", "finished"]


def test_unknown_names_are_attribute_errors() -> None:
    import expbench

    assert not hasattr(expbench, "log_metrik")
    assert {"log_metric", "ActiveRun", "RecordingWarning", "__version__"} <= set(dir(expbench))


def test_every_public_name_is_there(repository: Path) -> None:
    code = "print([name for name in expbench.__all__ if not callable(getattr(expbench, name))])"
    assert alone(repository, code).stdout == "[]\n"


def test_star_import(repository: Path) -> None:
    alone(repository, "from expbench import *\nwith start_run(): log_metric('loss', 1)")
    assert only_run(repository)["metrics"]["loss"]["count"] == 1
