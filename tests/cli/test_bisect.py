"""`exp bisect`, as a person uses it: real processes, real git, real DVC, and nothing of the user's is touched."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from expbench.bootstrap.workplace import open_workplace
from tests.adapters.dvc.conftest import dvc_repository, dvc_template, run_dvc
from tests.cli.program import Outcome, belongings, exp, listed, no_worktrees, shown, start, wait_for
from tests.cli.test_repro import PYTHON, record
from tests.conftest import run_git

__all__ = ["dvc_repository", "dvc_template"]

TRAIN = """\
rows = len(open('data/raw.csv').readlines()) if {uses_data} else 0
lr = float(open('params.yaml').read().split()[1])
print('acc:', {value} - lr + rows)
"""


def commit(root: Path, subject: str, *, value: float = 0.9, lr: float = 0.1, uses_data: bool = False) -> str:
    """Commit a program that prints this value less the rate; no two commits are the same."""
    (root / "train.py").write_text(TRAIN.format(value=value, uses_data=uses_data) + f"# {subject}\n")
    (root / "params.yaml").write_text(f"lr: {lr}\n")
    run_git(root, "add", "-A")
    run_git(root, "commit", "-q", "-m", subject)
    return run_git(root, "rev-parse", "HEAD")


def history(root: Path, *, planted: int, count: int = 20, broken: tuple[int, ...] = ()) -> list[str]:
    """A run called `base`, then so many commits, of which one lets the metric drop, and some fail."""
    ids = [commit(root, "start")]
    record(root, PYTHON, "train.py")
    exp(root, "rename", "@", "base")
    for number in range(1, count + 1):
        value = 0.5 if number >= planted else 0.9
        ids.append(commit(root, f"change {number}", value=value))
        if number in broken:
            (root / "train.py").write_text("raise SystemExit(3)\n")
            run_git(root, "commit", "-q", "--amend", "-a", "--no-edit")
            ids[-1] = run_git(root, "rev-parse", "HEAD")
    return ids


def bisect(root: Path, *words: str) -> Outcome:
    return exp(root, "bisect", "--metric", "acc", *words)


def found(done: Outcome) -> str:
    """The commit at the beginning of the last line."""
    assert done.code == 0, done.err
    return done.out.splitlines()[-1].split()[0]


@pytest.mark.slow
def test_a_planted_commit_is_found_among_twenty(repository: Path) -> None:
    """In few steps, with a commit that fails passed over; the runs are kept, and a second search makes none."""
    ids = history(repository, planted=7, broken=(10,))
    before = belongings(repository)
    done = bisect(repository, "--below", "0.6", "base", "HEAD")
    assert found(done) == ids[7]
    assert done.out.splitlines()[-1] == f"{ids[7]} change 7"
    assert f"{ids[10][:10]} can't be judged: failed: exp log " in done.out
    assert "looking at" in done.err
    assert belongings(repository) == before
    assert no_worktrees(repository)
    made = [run for run in listed(repository) if run["name"] != "base"]
    assert len(made) <= 7
    assert {run["experiment"] for run in made} == {"bisect acc"}
    assert {run["links"]["parent"] for run in made} == {shown(repository, "base")["id"]}
    assert {run["code"]["commit"] for run in made} <= set(ids)
    document = json.loads(bisect(repository, "--drop", "0.2", "base", "main", "--json").out)
    assert document["commit"] == ids[7]
    assert document["others"] == []
    answers = {ids.index(each["commit"]): each["answer"] for each in document["measured"]}
    assert (answers[0], answers[7], answers[10], answers[20]) == ("good", "bad", "skip", "bad")
    assert len(listed(repository)) == len(made) + 1


def test_a_change_of_data_is_found_with_the_data_of_each_commit(dvc_repository: Path) -> None:
    ids = [commit(dvc_repository, "start", uses_data=True)]
    record(dvc_repository, PYTHON, "train.py")
    for number in range(1, 7):
        if number == 4:
            (dvc_repository / "data" / "raw.csv").write_text("a,b\n1,2\n3,4\n5,6\n")
            run_dvc(dvc_repository, "add", "data/raw.csv")
        ids.append(commit(dvc_repository, f"change {number}", uses_data=True))
    assert found(bisect(dvc_repository, "--above", "3", "@", "HEAD")) == ids[4]
    newest = listed(dvc_repository)[0]
    assert newest["data"]["inputs"]
    assert not newest["code"]["dirty"]


def test_the_params_are_those_of_the_good_run(repository: Path) -> None:
    """A commit that only turns a param is not to blame; each run records the params that it truly had."""
    commit(repository, "start")
    record(repository, PYTHON, "train.py")
    commit(repository, "another rate", lr=0.8)
    guilty = commit(repository, "worse", value=0.5, lr=0.8)
    commit(repository, "later", value=0.5, lr=0.8)
    assert found(bisect(repository, "--below", "0.6", "@", "HEAD")) == guilty
    made = [run for run in listed(repository) if "bisect" in run["tags"]]
    assert {run["params"]["lr"] for run in made} == {0.1}
    for run in made:
        assert run_git(repository, "show", f"{run['code']['ref']}:params.yaml") == "lr: 0.1"
    (repository / ".exp" / "bisect").rename(repository / ".exp" / "gone")
    count = len(listed(repository))
    assert found(bisect(repository, "--below", "0.6", shown(repository, "@~3")["id"], "HEAD")) == guilty
    assert len(listed(repository)) == count  # recorded runs answer, although their trees differ in params


def test_revisions_are_enough_where_a_run_of_good_is_recorded(repository: Path) -> None:
    ids = history(repository, planted=3, count=4)
    done = bisect(repository, "--below", "0.6", "HEAD~4", "main")
    assert found(done) == ids[3]
    assert "command and params are those of base" in done.err


def test_uncommitted_work_of_the_bad_run_may_be_the_one(repository: Path) -> None:
    commit(repository, "start")
    record(repository, PYTHON, "train.py")
    commit(repository, "harmless")
    (repository / "train.py").write_text("print('acc: 0.2')\n")
    bad = record(repository, PYTHON, "train.py")
    done = bisect(repository, "--below", "0.6", "@~1", "@")
    assert found(done) == bad["code"]["snapshot"]
    assert done.out.splitlines()[-1].endswith(f" uncommitted work of {bad['name']}")


def test_a_good_run_whose_work_was_committed_later_begins_there(repository: Path) -> None:
    commit(repository, "older", value=0.2)
    (repository / "train.py").write_text(TRAIN.format(value=0.9, uses_data=False) + "# good\n")
    good = record(repository, PYTHON, "train.py")
    commit(repository, "good")
    guilty = commit(repository, "worse", value=0.5)
    done = bisect(repository, "--below", "0.6", good["id"], "HEAD")
    assert found(done) == guilty
    assert "uncommitted" not in done.err


def test_a_good_run_from_uncommitted_work_is_told(repository: Path) -> None:
    commit(repository, "start")
    (repository / "train.py").write_text(TRAIN.format(value=0.95, uses_data=False))
    good = record(repository, PYTHON, "train.py")
    guilty = commit(repository, "worse", value=0.5)
    done = bisect(repository, "--below", "0.6", good["id"], "HEAD")
    assert found(done) == guilty
    assert "was made from uncommitted work, which is left aside" in done.err


WAITING = """\
import os, time
if '/worktrees/' in os.getcwd() and os.path.exists({slow!r}):
    open({live!r}, 'a').close()
    time.sleep(600)
print('acc:', {value})
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_broken_off_it_goes_on_where_it_stopped(repository: Path, tmp_path: Path, number: int) -> None:
    """What failed is not tried again, nothing is measured twice, and nothing is left behind."""
    slow, live = tmp_path / "slow", tmp_path / "live"
    ids = []
    for place in range(6):
        text = WAITING.format(slow=str(slow), live=str(live), value=0.9 if place < 4 else 0.5)
        (repository / "train.py").write_text(text + f"# {place}\n" if place != 2 else "raise SystemExit(3)\n")
        run_git(repository, "commit", "-q", "-a", "-m", f"c{place}")
        ids.append(run_git(repository, "rev-parse", "HEAD"))
        if place == 0:
            record(repository, PYTHON, "train.py")
    good = shown(repository)["id"]
    assert found(bisect(repository, "--below", "0.6", good, ids[5])) == ids[4]
    first = len(listed(repository))
    state = next((repository / ".exp" / "bisect").glob("*.json"))
    document: dict[str, Any] = json.loads(state.read_text())
    del document["measured"][ids[4]]
    state.write_text(json.dumps(document))
    exp(repository, "rm", *(run["id"] for run in listed(repository) if run["code"]["commit"] == ids[4]))
    slow.touch()
    process = start(repository, "bisect", "--metric", "acc", "--below", "0.6", good, ids[5])
    wait_for(live.exists, "the rerun")
    os.kill(process.pid, number)
    _, err = process.communicate(timeout=60)
    if number != signal.SIGKILL:
        assert process.returncode == 128 + number
        assert b"the same command goes on: what has finished is kept" in err
        assert no_worktrees(repository)
    slow.unlink()
    done = bisect(repository, "--below", "0.6", good, ids[5])
    assert found(done) == ids[4]
    assert done.err.count("looking at") == 1
    assert no_worktrees(repository)
    assert len([run for run in listed(repository) if run["status"] == "finished"]) + 1 == first


def test_a_merge_is_named_as_one(repository: Path) -> None:
    commit(repository, "start")
    record(repository, PYTHON, "train.py")
    run_git(repository, "checkout", "-q", "-b", "side")
    guilty = commit(repository, "worse", value=0.5)
    run_git(repository, "checkout", "-q", "main")
    run_git(repository, "commit", "-q", "--allow-empty", "-m", "beside")
    run_git(repository, "merge", "-q", "--no-ff", "-m", "merge", "side")
    good = shown(repository)["id"]
    done = bisect(repository, "--below", "0.6", good, "main")
    merge = run_git(repository, "rev-parse", "HEAD")
    assert found(done) == merge
    hint = next(line for line in done.err.splitlines() if line.startswith("hint: it is a merge"))
    assert f"exp bisect --metric acc --below 0.6 {good} {merge[:12]}^2" in hint
    assert found(bisect(repository, "--below", "0.6", good, f"{merge[:12]}^2")) == guilty


def test_recorded_answers_are_told_from_reruns(repository: Path) -> None:
    history(repository, planted=2, count=3)
    done = bisect(repository, "--below", "0.6", "base", "HEAD")
    lines = [line for line in done.err.splitlines() if line.startswith("  ")]
    assert [line.endswith("(recorded)") for line in lines] == [True] + [False] * (len(lines) - 1)


def test_what_may_be_a_run_or_a_commit_is_refused(repository: Path) -> None:
    ids = history(repository, planted=1, count=2)
    store = open_workplace(str(repository)).store
    store.create({**store.read(shown(repository, "base")["id"]), "id": ids[1][:12], "name": "other"})
    done = bisect(repository, "--below", "0.6", "base", ids[1][:8])
    assert (done.code, f"{ids[1][:8]} may be a run or a commit" in done.err) == (2, True), done.err
    assert found(bisect(repository, "--below", "0.6", "base", ids[1][:20])) == ids[1]


def test_of_the_commits_that_a_runs_work_became_the_one_on_the_way_counts(repository: Path) -> None:
    """One on another branch, such as before a rebase, is no good beginning."""
    commit(repository, "older", value=0.2)
    (repository / "train.py").write_text(TRAIN.format(value=0.9, uses_data=False) + "# good\n")
    good = record(repository, PYTHON, "train.py")
    run_git(repository, "checkout", "-q", "-b", "elsewhere")
    elsewhere = commit(repository, "good")
    run_git(repository, "checkout", "-q", "main")
    run_git(repository, "commit", "-q", "--allow-empty", "-m", "between")
    here = commit(repository, "good")
    guilty = commit(repository, "worse", value=0.5)
    store = open_workplace(str(repository)).store
    linked = store.read(good["id"])
    linked["id"], linked["name"], linked["links"]["commits"] = "0123456789ab", "linked", [here, elsewhere]
    store.create(linked)
    done = bisect(repository, "--below", "0.6", "linked", "HEAD", "--json")
    assert done.code == 0, done.err
    assert (json.loads(done.out)["good"], json.loads(done.out)["commit"]) == (here, guilty)


def test_reset_tries_again_what_failed(repository: Path) -> None:
    ids = history(repository, planted=3, count=4, broken=(2,))
    assert found(bisect(repository, "--below", "0.6", "base", "HEAD")) == ids[3]
    before = len(listed(repository))
    done = bisect(repository, "--below", "0.6", "base", "HEAD", "--reset")
    assert found(done) == ids[3]
    assert f"so it may be {ids[2][:10]} as well" in done.out
    assert len(listed(repository)) == before + 1


def test_a_second_process_is_refused(repository: Path) -> None:
    from expbench.adapters.store.searches import search
    from expbench.services.bisecting import key_of

    history(repository, planted=1, count=2)
    place = open_workplace(str(repository))
    template = place.store.read(place.find("base"))
    with search(place.project.exp_dir, key_of("acc", template)):
        done = bisect(repository, "--below", "0.6", "base", "HEAD")
    assert (done.code, "this search is going on already" in done.err) == (1, True)


def test_foreign_code_is_refused_before_anything_runs(repository: Path) -> None:
    ids = history(repository, planted=1, count=2)
    store = open_workplace(str(repository)).store
    base = store.read(shown(repository, "base")["id"])
    theirs = {**base, "id": "0123456789ab", "name": "theirs", "user": "mallory", "command": [*base["command"], "-v"]}
    store.create(theirs)  # type: ignore[arg-type]  # a document with other values
    for words in ((), ("--yes",), ("--trust", "0" * 40)):
        done = bisect(repository, "--below", "0.6", "theirs", "HEAD", *words)
        assert (done.code, "foreign code was not run" in done.err) == (1, True), done.err
        assert f"--trust {ids[0]}" in done.err
    assert len(listed(repository)) == 2
    assert found(bisect(repository, "--below", "0.6", "theirs", "HEAD", "--trust", ids[0])) == ids[1]


def test_wrong_use_is_told_before_anything_runs(repository: Path) -> None:
    history(repository, planted=1, count=2)
    target = repository / "written"
    for words, text in (
        (("base", "HEAD"), "what is bad must be said once"),
        (("--below", "1", "--above", "2", "base", "HEAD"), "what is bad must be said once"),
        (("--below", "0.6", "HEAD", "base"), "BAD must come after GOOD"),
        (("--below", "0.6", "base", "base"), "BAD must come after GOOD"),
        (("--below", "0.6", "base", "nobody"), "there is no run and no commit"),
        (("--below", "0.6", "--", "base", f"--output={target}"), "there is no run and no commit"),
        (("--below", "0.6", "HEAD~1", "HEAD"), "there is no command to repeat"),
        (("--below", "0.6", "base"), "missing argument"),
        (("--below", "0.6", "--metric", "ac", "base", "HEAD"), "the run base has no metric ac"),
    ):
        done = bisect(repository, *words)
        assert (done.code, text in done.err) == (2, True), done.err
    assert not target.exists()
    assert len(listed(repository)) == 1
    done = bisect(repository, "--below", "0.1", "base", "HEAD")
    assert (done.code, "the bad commit is good" in done.err) == (2, True), done.err
