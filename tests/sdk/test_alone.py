"""A program that nobody records makes a full run itself."""

import sys
from pathlib import Path

import pytest

from tests.conftest import run_git
from tests.sdk.programs import alone, complaints, ending, only_run, program, runs, values


def test_the_run_is_full(repository: Path) -> None:
    (repository / "train.py").write_text("changed = True\n")
    alone(repository, "expbench.log_metric('loss', 0.5)\nexpbench.log_param('lr', 0.1)", PYTHONHASHSEED="7")
    document = only_run(repository)
    snapshot = document["code"]["snapshot"]
    assert run_git(repository, "show", f"{snapshot}:train.py") == "changed = True"
    assert run_git(repository, "rev-parse", document["code"]["ref"]) == snapshot
    assert document["code"]["dirty"]
    assert document["env"]["python"]
    assert document["env"]["variables"]["PYTHONHASHSEED"] == "7"
    assert document["command"][-1].endswith("program0.py")
    assert (document["params"], document["param_sources"]) == ({"lr": 0.1}, {"lr": "api"})
    assert document["duration_s"] is not None
    assert document["duration_s"] > 0
    assert ending(document) == ("finished", 0, None)
    assert document["warnings"] == []


def test_the_working_tree_stays_as_it_was(repository: Path) -> None:
    before = run_git(repository, "status", "--porcelain=v2", "--branch")
    alone(repository, "expbench.log_metric('loss', 0.5)")
    assert run_git(repository, "status", "--porcelain=v2", "--branch") == before


def test_the_arguments_of_the_program_are_params(repository: Path) -> None:
    import subprocess

    command = [sys.executable, program(repository, "print(expbench.start_run().params())"), "--lr", "0.3", "--fast"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True)
    assert done.stdout == "{'lr': 0.3, 'fast': True}\n"
    assert only_run(repository)["param_sources"] == {"lr": "argv", "fast": "argv"}


def test_a_second_start_warns_and_gives_the_active_run(repository: Path) -> None:
    code = """
first = expbench.start_run(name="one")
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    second = expbench.start_run(name="two")
    third = expbench.start_run()
print(first is second is third, [(w.category.__name__, os.path.basename(w.filename)) for w in caught])
"""
    done = alone(repository, code)
    assert done.stdout == "True [('RecordingWarning', 'program0.py')]\n"
    document = only_run(repository)
    assert document["name"] == "one"
    assert document["warnings"] == ["the run one is active already; start_run(nested=True) begins one below it"]


def test_runs_one_after_the_other(repository: Path) -> None:
    code = """
print(expbench.active_run())
for lr in (1, 2):
    with expbench.start_run(name=f"lr{lr}", experiment="sweep", tags=["t"]) as run:
        expbench.log_metric("loss", lr)
    print(run.ended, expbench.active_run(), os.environ.get("EXP_RUN_ID"))
"""
    assert alone(repository, code).stdout == "None\nTrue None None\nTrue None None\n"
    assert [document["name"] for document in runs(repository)] == ["lr1", "lr2"]
    assert [document["experiment"] for document in runs(repository)] == ["sweep"] * 2
    assert [document["tags"] for document in runs(repository)] == [["t"]] * 2
    assert [values(repository, "loss", document) for document in runs(repository)] == [[1.0], [2.0]]


def test_nested_runs_two_deep(repository: Path) -> None:
    code = """
with expbench.start_run() as outer:
    with expbench.start_run(nested=True) as middle:
        with expbench.start_run(nested=True) as inner:
            expbench.log_metric("loss", 3)
            print(os.environ["EXP_RUN_ID"] == inner.id)
        expbench.log_metric("loss", 2)
        print(os.environ["EXP_RUN_ID"] == middle.id)
    expbench.log_metric("loss", 1)
    print(os.environ["EXP_RUN_ID"] == outer.id)
print(os.environ.get("EXP_RUN_ID"))
"""
    assert alone(repository, code).stdout == "True\nTrue\nTrue\nNone\n"
    outer, middle, inner = runs(repository)
    parents = [document["links"]["parent"] for document in (outer, middle, inner)]
    assert parents == [None, outer["id"], middle["id"]]
    assert [values(repository, "loss", document) for document in (outer, middle, inner)] == [[1.0], [2.0], [3.0]]


def test_a_nested_run_with_nothing_above_it_is_a_plain_run(repository: Path) -> None:
    alone(repository, "with expbench.start_run(nested=True): pass")
    assert only_run(repository)["links"]["parent"] is None


def test_an_exception_ends_nested_runs_as_what_they_are(repository: Path) -> None:
    alone(repository, "with expbench.start_run():\n expbench.start_run(nested=True)\n 1 / 0", expect=1)
    assert [ending(document) for document in runs(repository)] == [("failed", 1, None)] * 2


def test_a_wrong_name_does_not_cost_the_run(repository: Path) -> None:
    done = alone(repository, "expbench.start_run(name='@~1')\nexpbench.log_metric('loss', 1)")
    assert len(complaints(done)) == 1
    assert values(repository, "loss") == [1.0]
    assert only_run(repository)["name"] != "@~1"


def test_credentials_among_params_are_masked(repository: Path) -> None:
    alone(repository, "expbench.log_params({'api_key': 'sk-123', 'url': 'https://me:pw@example.org'})")
    assert only_run(repository)["params"] == {"api_key": "***", "url": "https://***@example.org"}


def test_params_of_every_kind(repository: Path) -> None:
    code = """
import enum, pathlib
class Scalar:
    def item(self): return 3
class Colour(enum.Enum): red = 1
class Names(str, enum.Enum): a = "alpha"
expbench.log_params({"scalar": Scalar(), "colour": Colour.red, "name": Names.a, "path": pathlib.Path("x"),
    "nan": float("nan"), "inf": float("inf"), "none": None, "list": [1, (2,)], "big": 10**400,
    "deep": {"a": {1: True}}, "": 0, "__proto__": 1, "\\ud800": 2, "minus": -0.0})
"""
    done = alone(repository, code)
    assert complaints(done) == []
    assert only_run(repository)["params"] == {
        "scalar": 3, "colour": "red", "name": "alpha", "path": "x", "nan": "NaN", "inf": "Infinity", "none": None,
        "list": "[1,[2]]", "big": 10**400, "deep.a.1": True, "": 0, "__proto__": 1, "\ud800": 2, "minus": -0.0,
    }  # fmt: skip


def test_artifacts(repository: Path) -> None:
    code = """
os.makedirs("out/deep")
for name in ("model.bin", "out/a", "out/deep/b"):
    with open(name, "w") as file: file.write(name)
expbench.log_artifact("model.bin")
expbench.log_artifact("model.bin", "models/best.bin")
expbench.log_artifacts("out")
expbench.log_artifact("out")
expbench.log_text("hello", "notes/hello.txt")
expbench.log_dict({"a": [1, float("nan")]}, "config.json")
expbench.log_dict({"a": [1]}, "config.yaml")
expbench.log_image([[0, 128], [255, 1]], "picture.png")
class Figure:
    def savefig(self, path): open(path, "w").close()
expbench.log_figure(Figure(), "figure.svg")
"""
    done = alone(repository, code)
    assert complaints(done) == []
    document = only_run(repository)
    assert {artifact["path"] for artifact in document["artifacts"]} == {
        "model.bin", "models/best.bin", "a", "deep/b", "out/a", "out/deep/b", "notes/hello.txt", "config.json",
        "config.yaml", "picture.png", "figure.svg",
    }  # fmt: skip
    folder = repository / ".exp" / "runs" / document["id"] / "artifacts"
    assert (folder / "notes" / "hello.txt").read_text() == "hello"
    assert (folder / "config.yaml").read_text() == "a:\n- 1\n"
    assert (folder / "picture.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("call", ["log_artifact('gone')", "log_artifacts('gone')", "log_text('x', '../x')"])
def test_an_artifact_that_cannot_be_kept_is_a_warning(repository: Path, call: str) -> None:
    done = alone(repository, f"expbench.{call}\nexpbench.{call}\nexpbench.log_metric('loss', 1)")
    assert len(complaints(done)) == 1
    document = only_run(repository)
    assert len(document["warnings"]) == 1
    assert document["metrics"]["loss"]["count"] == 1
    assert not (repository / ".exp" / "runs" / document["id"] / "x").exists()


def test_should_stop_is_what_exp_stop_asks_for(repository: Path) -> None:
    code = """
print(expbench.should_stop())
run = expbench.start_run()
print(expbench.should_stop())
open(os.path.join(run.dir, "stop"), "w").close()
print(expbench.should_stop())
"""
    assert alone(repository, code).stdout == "False\nFalse\nTrue\n"


def test_logging_after_the_end_is_one_warning(repository: Path) -> None:
    code = """
run = expbench.start_run()
expbench.end_run()
for number in range(3):
    run.log_metric("loss", number)
    run.log_param("a", number)
    run.log_text("a", "b")
run.end()
"""
    done = alone(repository, code)
    document = only_run(repository)
    assert len(complaints(done)) == 1
    assert "has ended" in done.stderr
    assert (document["metrics"], document["params"], document["artifacts"]) == ({}, {}, [])
    assert ending(document) == ("finished", 0, None)


def test_after_end_run_the_next_call_begins_another_run(repository: Path) -> None:
    """As in MLflow."""
    alone(repository, "expbench.log_metric('a', 1)\nexpbench.end_run()\nexpbench.log_metric('b', 2)")
    assert [list(document["metrics"]) for document in runs(repository)] == [["a"], ["b"]]


def test_no_thread_and_no_process_is_started_by_logging(repository: Path) -> None:
    code = """
run = expbench.start_run()
before = threading.enumerate()
started = []
sys.addaudithook(lambda event, _: started.append(event) if event in (
    "subprocess.Popen", "os.fork", "os.posix_spawn", "_thread.start_new_thread") else None)
for number in range(100):
    expbench.log_metric("loss", number)
expbench.log_param("a", 1)
expbench.set_tag("a", "b")
expbench.log_text("a", "b.txt")
print(threading.enumerate() == before, started)
"""
    assert alone(repository, code).stdout == "True []\n"


def test_summaries_tell_nan_and_infinities_by_name(repository: Path) -> None:
    code = """
for value in (1.5, float("nan"), float("-inf"), 2, float("nan")):
    expbench.log_metric("loss", value)
expbench.log_metric("none", float("nan"), step=-4)
expbench.log_metric("up", float("inf"))
"""
    alone(repository, code)
    assert only_run(repository)["metrics"] == {
        "loss": {
            "last": "NaN", "min": "-Infinity", "max": 2.0, "first_step": 0, "last_step": 4, "count": 5,
            "source": "api",
        },
        "none": {
            "last": "NaN", "min": "NaN", "max": "NaN", "first_step": -4, "last_step": -4, "count": 1, "source": "api",
        },
        "up": {
            "last": "Infinity", "min": "Infinity", "max": "Infinity", "first_step": 0, "last_step": 0, "count": 1,
            "source": "api",
        },
    }  # fmt: skip
