"""`exp why`, as a person uses it: real processes, real git, real DVC, and nothing of the user's is touched."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from expbench.bootstrap.workplace import open_workplace
from tests.adapters.dvc.conftest import dvc_repository, dvc_template
from tests.cli.program import belongings, exp, listed, no_worktrees, shown, start, wait_for
from tests.cli.test_repro import PYTHON, program, record
from tests.conftest import run_git

__all__ = ["dvc_repository", "dvc_template"]

# The metric is what code, params and data say, added up.
TRAIN = """\
lr = float(open('params.yaml').read().split(':')[1])
print('acc:', {code} + lr + sum(len(line) for line in open('data/raw.csv')))
"""


def params(root: Path, lr: float) -> None:
    (root / "params.yaml").write_text(f"lr: {lr}\n")


def two_runs(root: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two runs that differ in code by 10, in params by 0.5, in data by 4; the second one from uncommitted work."""
    params(root, 0.5)
    run_git(root, "add", "-A")
    program(root, TRAIN.format(code=0))
    first = record(root, PYTHON, "train.py")
    params(root, 1.0)
    (root / "data" / "raw.csv").write_text("a,b\n1,2\n3,4\n")
    (root / "train.py").write_text(TRAIN.format(code=10))
    return first, record(root, PYTHON, "train.py")


def shares(out: str) -> dict[str, float]:
    """The shares of `exp why --json`, which must print one document and nothing else."""
    return {each["axis"]: each["share"] for each in json.loads(out)["axes"]}


def test_each_change_gets_what_it_did(dvc_repository: Path) -> None:
    """Code, params and data at once: six mixes are run, recorded as what they are, and nothing else is touched."""
    first, second = two_runs(dvc_repository)
    before = belongings(dvc_repository)
    done = exp(dvc_repository, "why", first["id"], second["id"], "--json")
    assert done.code == 0, done.err
    document = json.loads(done.out)
    assert (document["metric"], document["a"], document["b"]) == ("acc", first["id"], second["id"])
    assert shares(done.out) == pytest.approx({"code": 10 / 14.5, "params": 0.5 / 14.5, "data": 4 / 14.5})
    assert "rerun 6 of 6" in done.err
    assert "acc: 18" in done.err
    assert belongings(dvc_repository) == before
    assert no_worktrees(dvc_repository)
    made = listed(dvc_repository)[:6]
    assert {run["links"]["parent"] for run in made} == {first["id"]}
    assert {run["experiment"] for run in made} == {f"why {first['name']} {second['name']}"}
    mixed = next(run for run in made if run["note"].startswith(f"data of {second['name']}, code and params"))
    assert mixed["data"]["inputs"] == second["data"]["inputs"]
    assert mixed["params"] == first["params"]
    assert mixed["code"]["complete"]
    assert not mixed["code"]["dirty"]
    assert run_git(dvc_repository, "show", f"{mixed['code']['ref']}:train.py") + "\n" == TRAIN.format(code=0)
    raw = run_git(dvc_repository, "show", f"{mixed['code']['ref']}:data/raw.csv.dvc")
    assert raw == run_git(dvc_repository, "show", f"{second['code']['ref']}:data/raw.csv.dvc")
    again = exp(dvc_repository, "why", first["id"], second["id"])
    assert again.code == 0, again.err
    assert "rerun" not in again.err
    lines = again.out.splitlines()
    assert [line.split()[0] for line in lines[4:7]] == ["code", "data", "params"]
    assert "lr 0.5 → 1.0" in again.out
    assert len(listed(dvc_repository)) == 8


def test_a_planted_change_of_the_data_is_attributed_to_the_data(dvc_repository: Path) -> None:
    """The code has changed, too, in a way that does nothing; one rerun would do for either."""
    params(dvc_repository, 0.5)
    program(dvc_repository, TRAIN.format(code=0))
    first = record(dvc_repository, PYTHON, "train.py")
    (dvc_repository / "train.py").write_text(TRAIN.format(code=0) + "# a comment\n")
    (dvc_repository / "data" / "raw.csv").write_text("a,b\n")
    second = record(dvc_repository, PYTHON, "train.py")
    done = exp(dvc_repository, "why", first["id"], second["id"], "--json")
    assert done.code == 0, done.err
    assert shares(done.out) == pytest.approx({"code": 0.0, "data": 1.0})


def test_a_single_change_needs_no_rerun_and_so_no_consent(repository: Path) -> None:
    program(repository, "import sys\nprint('acc:', float(sys.argv[1]))\n")
    first = record(repository, PYTHON, "train.py", "1")
    second = record(repository, PYTHON, "train.py", "3")
    store = open_workplace(str(repository)).store
    store.create({**store.read(second["id"]), "id": "0123456789ab", "name": "theirs", "user": "mallory"})
    done = exp(repository, "why", first["id"], "theirs", "--json")
    assert done.code == 0, done.err
    assert shares(done.out) == {"params": 1.0}
    assert len(listed(repository)) == 3


def test_a_dry_run_tells_and_starts_nothing(dvc_repository: Path) -> None:
    first, second = two_runs(dvc_repository)
    done = exp(dvc_repository, "why", first["id"], second["id"], "--dry-run", "--repeat", "2")
    assert done.code == 0, done.err
    assert done.out.splitlines()[1].startswith("code and data and params of a")
    assert done.out.splitlines()[-1].startswith("14 reruns, about ")
    plan = json.loads(exp(dvc_repository, "why", first["id"], second["id"], "--dry-run", "--json").out)
    assert [axis["share"] for axis in plan["axes"]] == [None, None, None]
    assert [mix["reruns"] for mix in plan["mixes"]] == [0, 0, 1, 1, 1, 1, 1, 1]
    assert plan["mixes"][1] == {"from_b": ["code", "data", "params"], "recorded": [second["id"]], "reruns": 0}
    assert len(listed(dvc_repository)) == 2


def test_noise_is_shown_where_runs_are_repeated(repository: Path) -> None:
    noisy = "import random\nprint('acc:', {} + random.random())\n"
    program(repository, noisy.format(1))
    first = record(repository, PYTHON, "train.py")
    (repository / "train.py").write_text(noisy.format(50))
    second = record(repository, PYTHON, "train.py")
    done = exp(repository, "why", first["id"], second["id"], "--repeat", "3", "--json")
    assert done.code == 0, done.err
    axis = json.loads(done.out)["axes"][0]
    assert axis["share"] == 1.0
    assert 0 < axis["spread"] < 0.1
    text = exp(repository, "why", first["id"], second["id"], "--repeat", "3")
    assert "rerun" not in text.err
    assert text.out.count("±") == 3


def test_new_code_that_needs_its_new_params_is_told(repository: Path) -> None:
    """Only one order can be gone; the mix that fails is named."""
    params(repository, 1.0)
    program(repository, "text = open('params.yaml').read()\nprint('acc:', float(text.split()[1]))\n")
    first = record(repository, PYTHON, "train.py")
    (repository / "params.yaml").write_text("lr: 3.0\ndepth: 4\n")
    (repository / "train.py").write_text(
        "text = open('params.yaml').read()\nprint('acc:', float(text.split()[1]) + float(text.split()[3]))\n"
    )
    second = record(repository, PYTHON, "train.py")
    done = exp(repository, "why", first["id"], second["id"])
    assert done.code == 0, done.err
    assert "could not be run: code of b, params of a (failed: exp log " in done.out
    assert "so the shares are of the only order of swapping that can be gone" in done.out
    assert shares(exp(repository, "why", first["id"], second["id"], "--json").out) == pytest.approx(
        {"code": 4 / 6, "params": 2 / 6}
    )


def test_data_that_only_one_side_tracks_is_there_or_absent(dvc_repository: Path) -> None:
    """The code of then has no `.gitignore` for it: it is data all the same, and never in the snapshot."""
    from tests.adapters.dvc.conftest import run_dvc

    program(dvc_repository, "import os\nprint('acc:', os.path.exists('extra/set.csv') * 2)\n")
    first = record(dvc_repository, PYTHON, "train.py")
    (dvc_repository / "extra").mkdir()
    (dvc_repository / "extra" / "set.csv").write_text("more\n")
    run_dvc(dvc_repository, "add", "extra/set.csv")
    (dvc_repository / "train.py").write_text("import os\nprint('acc:', 1 + os.path.exists('extra/set.csv') * 2)\n")
    second = record(dvc_repository, PYTHON, "train.py")
    done = exp(dvc_repository, "why", first["id"], second["id"], "--json")
    assert done.code == 0, done.err
    assert shares(done.out) == pytest.approx({"code": 1 / 3, "data": 2 / 3})
    mixed = next(run for run in listed(dvc_repository) if run["note"].startswith(f"data of {second['name']}"))
    assert mixed["data"]["inputs"] == second["data"]["inputs"]
    files = run_git(dvc_repository, "ls-tree", "-r", "--name-only", mixed["code"]["ref"]).splitlines()
    assert "extra/set.csv.dvc" in files
    assert "extra/set.csv" not in files
    assert not mixed["code"]["dirty"]


def test_an_environment_that_can_not_be_had_is_named(repository: Path, tmp_path: Path) -> None:
    import venv

    venv.create(tmp_path / "venv", symlinks=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    program(repository, "print('acc:', 1)\n")
    first = record(repository, python, "train.py")
    site = next((tmp_path / "venv" / "lib").glob("python3*/site-packages"))
    (site / "added-1.0.dist-info").mkdir()
    (site / "added-1.0.dist-info" / "METADATA").write_text("Name: added\nVersion: 1.0\n")
    (repository / "train.py").write_text("print('acc:', 3)\n")
    second = record(repository, python, "train.py")
    done = exp(repository, "why", first["id"], second["id"])
    assert done.code == 0, done.err
    assert "could not be run: code of b, env of a (its environment can't be had here)" in " ".join(done.out.split())
    assert "added absent → 1.0" in done.out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_broken_off_it_leaves_nothing_and_goes_on_later(repository: Path, number: int, tmp_path: Path) -> None:
    params(repository, 1.0)
    wait = (
        "import os, time\n"
        "waits = '/worktrees/' in os.getcwd() and 'lr: 2.0' in open('params.yaml').read()\n"
        f"if waits and os.path.exists({str(tmp_path / 'slow')!r}):\n"
        f"    open({str(tmp_path / 'live')!r}, 'w').close()\n    time.sleep(600)\n"
    )
    program(repository, f"{wait}print('acc:', 1)\n")
    first = record(repository, PYTHON, "train.py")
    params(repository, 2.0)
    (repository / "train.py").write_text(f"{wait}print('acc:', 2)\n")
    second = record(repository, PYTHON, "train.py")
    exp(repository, "why", first["id"], second["id"], "--dry-run")
    (tmp_path / "slow").touch()
    process = start(repository, "why", second["id"], first["id"])
    wait_for((tmp_path / "live").exists, "the rerun")
    os.kill(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert b"the same command goes on: what has finished is kept" in err
    assert no_worktrees(repository)
    finished = [run for run in listed(repository) if run["status"] == "finished"]
    (tmp_path / "slow").unlink()
    done = exp(repository, "why", second["id"], first["id"])
    assert done.code == 0, done.err
    assert done.err.count("rerun ") == 4 - len(finished)


def test_foreign_runs_are_refused_unless_each_snapshot_is_named(dvc_repository: Path) -> None:
    first, second = two_runs(dvc_repository)
    store = open_workplace(str(dvc_repository)).store
    for run, run_id in ((first, "0123456789ab"), (second, "0123456789ac")):
        store.create({**store.read(run["id"]), "id": run_id, "name": f"their-{run_id}", "user": "mallory"})
    for words in ((), ("--yes",), ("--trust", first["code"]["snapshot"])):
        done = exp(dvc_repository, "why", "0123456789ab", "0123456789ac", *words)
        assert done.code == 1, done.err
        assert "hint: exp why 0123456789ab 0123456789ac --trust " in done.err
    assert len(listed(dvc_repository)) == 4
    trust = [word for run in (first, second) for word in ("--trust", run["code"]["snapshot"])]
    assert exp(dvc_repository, "why", "0123456789ab", "0123456789ac", *trust).code == 0


def test_where_nothing_differs_it_was_chance(repository: Path) -> None:
    program(repository, "import random\nprint('acc:', random.random())\n")
    first, second = record(repository, PYTHON, "train.py"), record(repository, PYTHON, "train.py")
    done = exp(repository, "why", first["id"], second["id"])
    assert done.code == 0
    assert "Nothing that is recorded differs" in done.out
    assert f"exp repro {first['id']}" in done.out
    assert json.loads(exp(repository, "why", first["id"], second["id"], "--json").out)["axes"] == []
    assert len(listed(repository)) == 2


def test_wrong_use_is_told_before_anything_runs(repository: Path) -> None:
    program(repository, "print('acc:', 1, 'loss:', 2)\n")
    first = record(repository, PYTHON, "train.py")
    failed = exp(repository, "run", "--", PYTHON, "-c", "raise SystemExit(3)")
    assert failed.code == 3
    for words, text in (
        (("@~1", "@~1"), "one metric is to be explained"),
        (("@~1", "@~1", "--metric", "nope"), "the metric nope is not in both runs"),
        (("@~1", "@~1", "--metric", "acc", "--repeat", "0"), "--repeat 0 is too little"),
        (("@~1", "@", "--metric", "acc"), "the metric acc is not in both runs"),
        (("@~1", "nobody"), "nobody"),
        (("@~1",), "missing argument"),
    ):
        done = exp(repository, "why", *words)
        assert (done.code, text in done.err) == (2, True), done.err
    assert shown(repository, "@~1")["id"] == first["id"]
