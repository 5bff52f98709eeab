"""`exp run --isolated`, as a person uses it: the exact tree, the user's own left alone, and all results at home."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.dvc.conftest import dvc_repository, dvc_template, run_dvc
from tests.cli.program import (
    Outcome,
    belongings,
    exp,
    git,
    listed,
    no_worktrees,
    shown,
    start,
    wait_for,
    wait_for_line,
)
from tests.conftest import run_git

__all__ = ["dvc_repository", "dvc_template"]

PYTHON = sys.executable


def isolated(cwd: Path, *words: str, options: tuple[str, ...] = (), env: dict[str, str] | None = None) -> Outcome:
    return exp(cwd, "run", "--no-system-metrics", "--isolated", *options, "--", *words, env=env)


def content(root: Path, digest: str) -> str:
    """What the DVC cache holds under a hash."""
    return (root / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]).read_text()


def hashes(entries: list[dict[str, Any]]) -> dict[str, str]:
    return {entry["path"]: entry["hash"] for entry in entries}


def without_cache(all_of_it: dict[str, Any]) -> dict[str, Any]:
    """What is the user's, the DVC cache apart."""
    dvcs_own = (".dvc/cache/", ".dvc/tmp/")
    files = {path: file for path, file in all_of_it["files"].items() if not path.startswith(dvcs_own)}
    return {**all_of_it, "files": files}


def damage(root: Path, path: str) -> Path:
    """Spoil the object of a tracked path in the DVC cache."""
    assert exp(root, "run", "--", "true").code == 0
    digest = hashes(shown(root)["data"]["inputs"])[path]
    cached = root / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]
    cached.chmod(0o644)
    cached.write_text("bad\n")
    return cached


LOOK = (
    "import os\n"
    "for folder, _, names in os.walk('.'):\n"
    "    names = [n for n in names if n != '.git']\n"
    "    print(*(f'{folder}/{n}={open(os.path.join(folder, n)).read()!r}' for n in names))\n"
)


def test_the_tree_is_exactly_the_users_with_uncommitted_work(repository: Path) -> None:
    (repository / ".gitignore").write_text("secret.env\n")
    (repository / "secret.env").write_text("TOKEN=x\n")
    (repository / "train.py").write_text(LOOK)
    (repository / "new.py").write_text("untracked\n")
    (repository / "README.md").unlink()
    (repository / "staged.py").write_text("staged\n")
    git(repository, "add", "staged.py")
    before = belongings(repository)
    done = isolated(repository, PYTHON, "train.py")
    assert (done.code, done.err) == (0, "")
    seen = {word.partition("=")[0] for word in done.out.split() if word.startswith("./")}
    assert seen == {"./.gitignore", "./train.py", "./new.py", "./staged.py"}
    assert belongings(repository) == before
    assert no_worktrees(repository)
    found = shown(repository)
    assert (found["status"], found["code"]["dirty"], found["code"]["branch"]) == ("finished", True, "main")
    assert (found["command"], found["cwd"], found["warnings"]) == ([PYTHON, "train.py"], ".", [])
    assert git(repository, "rev-parse", found["code"]["ref"]).strip() == found["code"]["snapshot"]


def test_the_user_keeps_editing_meanwhile(repository: Path, tmp_path: Path) -> None:
    go, ready = tmp_path / "go", tmp_path / "ready"
    line = f"echo > {ready}; while [ ! -e {go} ]; do sleep 0.02; done; cat train.py; ls"
    going = start(repository, "run", "--isolated", "--", "sh", "-c", line)
    wait_for(ready.exists, "the start")
    (repository / "train.py").write_text("edited\n")
    (repository / "later.py").write_text("new\n")
    git(repository, "commit", "-q", "-a", "-m", "meanwhile")
    git(repository, "checkout", "-q", "-b", "other")
    before = belongings(repository)
    go.touch()
    out, err = going.communicate(timeout=60)
    assert (going.returncode, out.decode()) == (0, "print('loss: 0.5')\nREADME.md\ntrain.py\n"), err
    assert {**belongings(repository), "worktrees": ""} == {**before, "worktrees": ""}
    assert no_worktrees(repository)


def test_a_run_in_a_subfolder_with_absolute_paths_stays_in_the_tree(repository: Path) -> None:
    (repository / "sub").mkdir()
    (repository / "sub" / "go.py").write_text(
        "import os, sys\n"
        "print(os.getcwd() == os.environ['PWD'], os.path.basename(os.getcwd()), sys.argv[1:], sys.path[1])\n"
        "open(sys.argv[1], 'w').write('out')\n"
    )
    words = (str(repository / "sub" / "go.py"), str(repository / "result.txt"), f"--data={repository}/x")
    env = {"PYTHONPATH": f"{repository}/lib"}
    done = isolated(repository / "sub", PYTHON, *words, options=("--artifact", "*.txt"), env=env)
    assert done.code == 0, done.err
    found = shown(repository)
    tree = f"{repository}/.exp/worktrees/{found['id']}"
    assert done.out == f"True sub ['{tree}/result.txt', '--data={tree}/x'] {tree}/lib\n"
    assert not (repository / "result.txt").exists()
    assert (found["cwd"], found["command"]) == ("sub", [PYTHON, *words])
    assert [each["path"] for each in found["artifacts"]] == ["result.txt"]
    assert f"kept 1 artifact in ../.exp/runs/{found['id']}/artifacts" in done.err
    assert found["env"]["variables"]["PYTHONPATH"] == "lib"


def test_the_interpreter_of_an_ignored_environment_is_used_as_it_is(repository: Path) -> None:
    import venv

    venv.create(repository / ".venv", symlinks=True)
    (repository / ".gitignore").write_text(".venv\n")
    (repository / "train.py").write_text("import sys; print(sys.prefix)\n")
    for python in (".venv/bin/python", f"{repository}/.venv/bin/python"):
        done = isolated(repository, python, "train.py")
        assert (done.code, done.out) == (0, f"{repository}/.venv\n"), done.err
    activated = {"PATH": f"{repository}/.venv/bin:{os.environ['PATH']}", "VIRTUAL_ENV": f"{repository}/.venv"}
    assert isolated(repository, "python", "train.py", env=activated).out == f"{repository}/.venv\n"
    tool = repository / ".venv" / "bin" / "tool"
    tool.write_text("#!/bin/sh\necho tool $PATH\n")
    tool.chmod(0o755)
    assert isolated(repository, ".venv/bin/tool").out == f"tool {os.environ['PATH']}\n"


TRAIN = (
    "from pathlib import Path\n"
    "rows = Path('data/raw.csv').read_text()\n"
    "Path('models').mkdir(exist_ok=True)\n"
    "Path('models/model.bin').write_text('trained on ' + rows)\n"
    "Path('models/plain.txt').write_text('plain')\n"
    "Path('never').mkdir(exist_ok=True)\n"
    "Path('never/made.bin').write_text('made')\n"
    "Path('metrics.json').write_text('{\"acc\": 0.5}')\n"
    "Path('out').mkdir()\n"
    "Path('out/undeclared.txt').write_text('gone')\n"
    "Path('kept.txt').write_text('kept')\n"
)


def test_declared_results_come_home_and_others_are_named(dvc_repository: Path) -> None:
    (dvc_repository / "train.py").write_text(TRAIN)
    (dvc_repository / "data" / "raw.csv").write_text("changed\n")
    before = belongings(dvc_repository)
    done = isolated(dvc_repository, PYTHON, "train.py", options=("--artifact", "kept.txt"))
    assert (done.code, done.out) == (0, ""), done.err
    assert without_cache(belongings(dvc_repository)) == without_cache(before)
    assert no_worktrees(dvc_repository)
    found = shown(dvc_repository)
    outputs = hashes(found["data"]["outputs"])
    assert {path: content(dvc_repository, digest) for path, digest in outputs.items()} == {
        "models/model.bin": "trained on changed\n",
        "never/made.bin": "made",
    }
    assert content(dvc_repository, hashes(found["data"]["inputs"])["data/raw.csv"]) == "changed\n"
    kept = {each["path"] for each in found["artifacts"]}
    assert kept == {"kept.txt", "metrics.json", "models/plain.txt"}
    assert (dvc_repository / ".exp" / "runs" / found["id"] / "artifacts" / "models" / "plain.txt").is_file()
    assert found["metrics"]["acc"]["source"] == "file:metrics.json"
    assert [text for text in found["warnings"] if "gone with the run's work tree: out/;" in text]
    assert "saved models/model.bin, never/made.bin in the DVC cache" in done.err


def test_what_did_not_change_does_not_come_home(dvc_repository: Path) -> None:
    done = isolated(dvc_repository, "true")
    assert (done.code, done.err) == (0, "")
    found = shown(dvc_repository)
    assert (found["artifacts"], found["data"]["outputs"], found["warnings"]) == ([], [], [])


def test_data_that_the_cache_has_lost_is_taken_from_the_users_tree(dvc_repository: Path) -> None:
    shutil.rmtree(dvc_repository / ".dvc" / "cache")
    done = isolated(dvc_repository, "cat", "data/raw.csv")
    assert (done.code, done.out) == (0, (dvc_repository / "data" / "raw.csv").read_text()), done.err


def test_a_damaged_object_is_named_and_nothing_is_started(dvc_repository: Path) -> None:
    cached = damage(dvc_repository, "data/raw.csv")
    done = isolated(dvc_repository, "touch", "started")
    assert (done.code, done.out) == (125, "")
    assert "the DVC cache holds a damaged object" in done.err
    assert str(cached) in done.err
    assert no_worktrees(dvc_repository)
    assert (shown(dvc_repository)["status"], shown(dvc_repository)["exit_code"]) == ("failed", 125)


PARAMS = "# by hand\ntrain:\n  lr:  0.5   # the rate\n  layers: [1, 2]\nname: cnn\n"


def test_a_param_of_a_file_is_set_for_one_run_alone(repository: Path) -> None:
    (repository / "params.yaml").write_text(PARAMS)
    before = belongings(repository)
    done = exp(repository, "run", "-P", "train.lr=1", "-P", "name=007", "-P", "x=1", "--", "cat", "params.yaml")
    assert (done.code, done.err) == (0, "")
    assert done.out == PARAMS.replace("0.5", "1").replace("cnn", '"007"')
    assert belongings(repository) == before
    found = shown(repository)
    assert found["params"] == {"train.lr": 1, "train.layers": "[1,2]", "name": "007", "x": 1}
    assert found["param_sources"]["train.lr"] == "cli"
    assert found["param_sources"]["train.layers"] == "file:params.yaml"
    assert git(repository, "show", f"{found['code']['snapshot']}:params.yaml") == done.out
    again = exp(repository, "repro", "@")
    assert (again.code, again.err) == (0, done.out)


def test_an_entry_takes_params_of_its_command_and_of_files(repository: Path) -> None:
    (repository / "exp.toml").write_text('[entries.show]\ncommand = "cat {file}"\nparams = { file = "x" }\n')
    (repository / "params.toml").write_text("depth = 3  # levels\n")
    done = exp(repository, "run", "show", "-P", "depth=4", "-P", "file=params.toml")
    assert (done.code, done.out) == (0, "depth = 4  # levels\n"), done.err
    assert shown(repository)["params"] == {"depth": 4, "file": "params.toml"}
    refused = exp(repository, "run", "show", "-P", "dept=4")
    assert (refused.code, refused.err.count("did you mean depth?")) == (2, 1)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("-P", "params.yaml:train.l=1"), 2, "did you mean params.yaml:train.lr?"),
        (("-P", "params.yaml:train=1"), 2, "hint: did you mean"),
        (("-P", "shared=2"), 2, "such as those of an anchor"),
    ],
)
def test_what_can_not_be_set_is_refused_and_leaves_no_run(
    repository: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    (repository / "params.yaml").write_text(PARAMS + "shared: &a 1\nother: *a\n")
    done = exp(repository, "run", *words, "--", "touch", "started")
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert listed(repository) == []


def test_a_param_that_is_spelt_almost_like_one_of_a_file_is_said(repository: Path) -> None:
    (repository / "params.yaml").write_text(PARAMS)
    done = exp(repository, "run", "-P", "train.lrr=1", "--", "true")
    assert (done.code, done.err.count("did you mean train.lr?")) == (0, 1)


def test_params_that_git_does_not_know_are_refused_before_the_start(repository: Path) -> None:
    (repository / ".gitignore").write_text("params.yaml\n")
    (repository / "params.yaml").write_text("lr: 1\n")
    done = exp(repository, "run", "-P", "lr=2", "--", "touch", "started")
    assert done.code == 2, done.err
    assert "git ignores params.yaml" in done.err
    assert listed(repository) == []


@pytest.mark.parametrize("code", [0, 3, 255])
def test_the_commands_own_code_is_given(repository: Path, code: int) -> None:
    assert isolated(repository, "sh", "-c", f"exit {code}").code == code
    assert shown(repository)["exit_code"] == code


def test_a_program_that_is_not_there_gives_127_and_one_that_can_not_be_run_126(repository: Path) -> None:
    assert isolated(repository, "no-such-program").code == 127
    assert isolated(repository, "./README.md").code == 126
    assert listed(repository) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_nothing_is_left(repository: Path, tmp_path: Path, number: signal.Signals) -> None:
    ready = tmp_path / "ready"
    going = start(repository, "run", "--isolated", "--", "sh", "-c", f"echo > {ready}; exec sleep 60")
    wait_for_line(ready)
    going.send_signal(number)
    _, err = going.communicate(timeout=60)
    assert (going.returncode, err) == (128 + number, b"")
    assert no_worktrees(repository)
    found = shown(repository)
    assert (found["status"], found["signal"]) == ("killed", number.name)


def test_a_timeout_ends_it(repository: Path) -> None:
    done = isolated(repository, "sleep", "60", options=("--timeout", "0.3s"))
    assert done.code == 143
    assert no_worktrees(repository)


def test_what_a_kill_leaves_is_found_and_removed_by_the_next_one(repository: Path, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    line = f"echo $$ > {ready}; exec sleep 60"
    going = start(repository, "run", "--isolated", "--", "sh", "-c", line, stdout=subprocess.DEVNULL)
    child = int(wait_for_line(ready))
    going.kill()
    going.wait()
    os.kill(child, signal.SIGKILL)
    assert not no_worktrees(repository)
    assert shown(repository)["status"] == "killed"
    assert git(repository, "status", "--porcelain") == ""
    assert isolated(repository, "true").code == 0
    assert no_worktrees(repository)


def leave_one_behind(root: Path, ready: Path) -> str:
    """Kill an isolated run, and its recorder first; gives its id."""
    words = ["run", "--isolated", "--", "sh", "-c", f"echo $$ > {ready}; exec sleep 60"]
    going = start(root, *words, stdout=subprocess.DEVNULL)
    child = int(wait_for_line(ready))
    going.kill()
    going.wait()
    os.kill(child, signal.SIGKILL)
    return str(shown(root)["id"])


def test_doctor_names_what_was_left_behind_and_gc_removes_it(repository: Path, tmp_path: Path) -> None:
    run_id = leave_one_behind(repository, tmp_path / "ready")
    told = exp(repository, "doctor")
    assert (told.code, told.out.count(run_id)) == (0, 1)
    assert "hint: exp gc --yes" in told.out
    assert run_id in exp(repository, "gc").out
    assert not no_worktrees(repository)
    done = exp(repository, "gc", "--yes")
    assert (done.code, done.err) == (0, "deleted what was left of work trees\n")
    assert no_worktrees(repository)
    assert run_id not in exp(repository, "doctor").out
    assert exp(repository, "gc").err == "the trash is empty\n"


def test_doctor_repairs_it_too_and_leaves_live_ones_alone(repository: Path, tmp_path: Path) -> None:
    ready, go = tmp_path / "live", tmp_path / "go"
    line = f"echo > {ready}; while [ ! -e {go} ]; do sleep 0.02; done; cat train.py"
    live = start(repository, "run", "--isolated", "--", "sh", "-c", line)
    wait_for_line(ready)
    run_id = leave_one_behind(repository, tmp_path / "ready")
    assert exp(repository, "doctor", "--repair").code == 0
    left = {path.name for path in (repository / ".exp" / "worktrees").iterdir() if path.is_dir()}
    assert run_id not in left
    assert len(left) == 1
    go.touch()
    out, err = live.communicate(timeout=60)
    assert (live.returncode, out, err) == (0, b"print('loss: 0.5')\n", b"")
    assert no_worktrees(repository)


def test_what_the_snapshot_lacks_is_copied_from_the_users_tree(repository: Path, tmp_path: Path) -> None:
    """Large files, and submodules with what is uncommitted in them; the run is incomplete all the same."""
    inner = tmp_path / "inner"
    inner.mkdir()
    run_git(inner, "init", "-q")
    (inner / "lib.py").write_text("committed\n")
    (inner / "old.py").write_text("committed, then deleted\n")
    run_git(inner, "add", "-A")
    run_git(inner, "commit", "-q", "-m", "inner")
    run_git(repository, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "sub/lib")
    run_git(repository, "commit", "-q", "-m", "submodule")
    (repository / "sub" / "lib" / "lib.py").write_text("edited\n")
    (repository / "sub" / "lib" / "new.py").write_text("new\n")
    (repository / "sub" / "lib" / "old.py").unlink()
    (repository / "sub" / "lib" / "link").symlink_to("lib.py")
    with (repository / "large.bin").open("wb") as file:
        file.truncate(11 << 20)
    before = belongings(repository)
    line = "cd sub/lib; cat lib.py new.py link; ls | wc -l; wc -c < ../../large.bin; echo changed > lib.py"
    done = isolated(repository, "sh", "-c", line)
    assert (done.code, done.out.split()) == (0, ["edited", "new", "edited", "3", str(11 << 20)]), done.err
    assert belongings(repository) == before
    found = shown(repository)
    assert {each["path"] for each in found["code"]["omitted"]} == {"large.bin", "sub/lib"}
    assert "the submodule has uncommitted changes" in done.err


def test_ctrl_c_while_the_tree_is_made_starts_nothing_and_leaves_nothing(repository: Path, tmp_path: Path) -> None:
    """A slow filter of the user's holds up git, which Ctrl-C reaches, too."""
    ready = tmp_path / "ready"
    run_git(repository, "config", "filter.slow.clean", "cat")
    run_git(repository, "config", "filter.slow.smudge", f"sh -c 'echo > {ready}; exec sleep 60'")
    (repository / ".gitattributes").write_text("*.slow filter=slow\n")
    (repository / "a.slow").write_text("x\n")
    going = start(repository, "run", "--isolated", "--", "touch", "started", start_new_session=True)
    wait_for_line(ready)
    os.killpg(going.pid, signal.SIGINT)
    out, err = going.communicate(timeout=60)
    assert (going.returncode, out) == (130, b"")
    assert b"Traceback" not in err
    assert no_worktrees(repository)
    found = shown(repository)
    assert (found["status"], found["signal"], found["started_at"]) == ("killed", "SIGINT", None)


def test_a_full_disk_while_linking_is_said_and_nothing_is_left(dvc_template: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(small)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a file system of a small size can't be mounted here")
    try:
        root = small / "repo"
        subprocess.run(["cp", "-a", str(dvc_template), str(root)], check=True)
        (root / "data" / "raw.csv").write_bytes(os.urandom(1 << 20))
        run_dvc(root, "add", "data/raw.csv")
        shutil.rmtree(root / ".dvc" / "tmp")
        free = os.statvfs(small)
        ballast = free.f_bavail * free.f_frsize - (900 << 10)
        (small / "ballast").write_bytes(b"x" * ballast)
        before = belongings(root)
        done = isolated(root, "touch", "started")
        assert (done.code, done.out) == (125, ""), done.err
        assert "No space left on device" in done.err
        assert "hint: df -h" in done.err
        assert no_worktrees(root)
        assert belongings(root) == before
        assert (shown(root)["status"], shown(root)["exit_code"]) == ("failed", 125)
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


def test_a_file_outside_that_it_read_is_named(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "split.json").write_text("{}")
    (repository / "train.py").write_text(f"open({str(tmp_path / 'split.json')!r}).read(); open('README.md').read()\n")
    done = isolated(repository, PYTHON, "train.py")
    assert done.code == 0
    (warning,) = shown(repository)["warnings"]
    assert "split.json" in warning


def test_hostile_names_are_told_without_their_power(repository: Path) -> None:
    names = ["\x1b[2J.txt", "new\nline", "\u202egpj.exe", "-rf"]
    (repository / "train.py").write_text(f"for name in {names!r}: open(name, 'w').close()\n")
    done = isolated(repository, PYTHON, "train.py")
    assert done.code == 0
    assert not set("\x1b\u202e") & set(done.err)
    assert len(done.err.splitlines()) == 1
    assert no_worktrees(repository)


def test_a_hooks_variables_do_not_lead_the_command_to_the_users_index(repository: Path) -> None:
    hook = {
        "GIT_DIR": f"{repository}/.git",
        "GIT_INDEX_FILE": f"{repository}/.git/index",
        "GIT_WORK_TREE": "/nowhere",
    }
    before = belongings(repository)
    done = isolated(repository, "sh", "-c", "echo x > new && git add new && git rm -q train.py", env=hook)
    assert done.code == 0, done.err
    assert belongings(repository) == before


def test_a_store_that_takes_nothing_is_said_before_the_start(repository: Path) -> None:
    assert exp(repository, "init").code == 0
    shutil.rmtree(repository / ".exp" / "runs")
    (repository / ".exp" / "runs").write_text("a file")
    done = isolated(repository, "touch", "started")
    assert (done.code, done.out) == (125, "")
    assert "an isolated run can't be started" in done.err
    assert "Traceback" not in done.err


def test_a_run_that_deletes_the_store_keeps_its_own_code(repository: Path) -> None:
    done = isolated(repository, "sh", "-c", "rm -rf ../../../.exp 2> /dev/null; exit 3")
    assert done.code == 3, done.err
    assert "Traceback" not in done.err
    assert git(repository, "worktree", "list").count("\n") == 1


def test_detached_it_goes_on_and_clears_up(repository: Path) -> None:
    (repository / "go").mkdir()
    line = "while [ -e ../../../go ]; do sleep 0.02; done; pwd"
    done = exp(repository, "run", "--detach", "--isolated", "--", "sh", "-c", line)
    run_id = done.out.strip()
    assert (done.code, done.err, len(run_id)) == (0, "", 12)
    (repository / "go").rmdir()
    wait_for(lambda: shown(repository, run_id)["ended_at"], "the end")
    assert shown(repository, run_id)["status"] == "finished"
    wait_for(lambda: no_worktrees(repository), "the end of the work tree")
    assert exp(repository, "log", run_id).out == f"{repository}/.exp/worktrees/{run_id}\n"


def test_detached_it_tells_that_it_could_not_start(dvc_repository: Path) -> None:
    damage(dvc_repository, "data/raw.csv")
    done = exp(dvc_repository, "run", "--detach", "--isolated", "--", "true")
    assert (done.code, done.out) == (125, "")
    assert "damaged" in done.err


def test_a_run_inside_a_run_is_a_run_of_the_same_project(repository: Path) -> None:
    inner = [PYTHON, "-m", "expbench", "run", "--isolated", "--name", "inner", "--", "cat", "train.py"]
    (repository / "train.py").write_text("uncommitted\n")
    done = isolated(repository, *inner, options=("--name", "outer"))
    assert (done.code, done.out) == (0, "uncommitted\n"), done.err
    assert {run["name"]: run["status"] for run in listed(repository)} == {"inner": "finished", "outer": "finished"}
    assert no_worktrees(repository)
    trees = {run["code"]["tree"] for run in listed(repository)}
    assert len(trees) == 1


def test_from_a_linked_work_tree(repository: Path) -> None:
    linked = repository.parent / "linked"
    git(repository, "worktree", "add", "-q", "-b", "side", str(linked))
    (linked / "train.py").write_text("side\n")
    before = (belongings(repository), belongings(linked))
    done = isolated(linked, "cat", "train.py")
    assert (done.code, done.out) == (0, "side\n"), done.err
    assert (belongings(repository), belongings(linked)) == before
    assert shown(repository)["code"]["branch"] == "side"


def test_with_a_detached_head_and_with_no_commit_at_all(repository: Path, tmp_path: Path) -> None:
    git(repository, "checkout", "-q", "--detach")
    assert isolated(repository, "cat", "train.py").out == "print('loss: 0.5')\n"
    assert shown(repository)["code"]["branch"] is None
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    run_git(fresh, "init", "-q")
    (fresh / "a.txt").write_text("first\n")
    done = isolated(fresh, "cat", "a.txt")
    assert (done.code, done.out) == (0, "first\n"), done.err
    assert shown(fresh)["code"]["commit"] is None


def test_at_a_terminal_the_command_has_one(repository: Path) -> None:
    keyboard, terminal = os.openpty()
    going = start(
        repository,
        "run",
        "--isolated",
        "--",
        "sh",
        "-c",
        "read x; test -t 1 && echo got $x",
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    os.write(keyboard, b"word\n")
    said = b""
    while b"keep on editing" not in said:
        said += os.read(keyboard, 4096)
    while b"got word" not in said:
        said += os.read(keyboard, 4096)
    assert going.wait(timeout=60) == 0
    os.close(keyboard)


def test_what_it_logs_is_the_runs(repository: Path) -> None:
    (repository / "train.py").write_text(
        "import expbench\nexpbench.log_metric('loss', 0.5)\nopen('f', 'w').write('x')\n"
        "expbench.log_artifact('f')\nexpbench.log_param('p', 1)\n"
    )
    done = isolated(repository, PYTHON, "train.py")
    assert done.code == 0, done.err
    found = shown(repository)
    assert len(listed(repository)) == 1
    assert (found["metrics"]["loss"]["last"], found["params"]) == (0.5, {"p": 1})
    assert [each["path"] for each in found["artifacts"]] == ["f"]


def test_eight_at_once_disturb_nobody(dvc_repository: Path) -> None:
    (dvc_repository / "train.py").write_text("uncommitted\n")
    (dvc_repository / "new.py").write_text("untracked\n")
    status, before = git(dvc_repository, "status", "--porcelain=v2", "--branch"), belongings(dvc_repository)
    words = ["run", "--isolated", "--no-system-metrics", "--", "cat", "train.py", "data/raw.csv"]
    going = [start(dvc_repository, *words) for _ in range(8)]
    while any(process.poll() is None for process in going):
        assert git(dvc_repository, "status", "--porcelain=v2", "--branch") == status
    told = [process.communicate(timeout=60) for process in going]
    expected = ("uncommitted\n" + (dvc_repository / "data" / "raw.csv").read_text()).encode()
    assert [(process.returncode, *each) for process, each in zip(going, told, strict=True)] == [
        (0, expected, b"")
    ] * 8
    assert belongings(dvc_repository) == before
    assert no_worktrees(dvc_repository)
    found = listed(dvc_repository)
    assert [(run["status"], run["warnings"]) for run in found] == [("finished", [])] * 8
    assert json.loads(exp(dvc_repository, "doctor", "--json").out)[0]["state"] == "ok"
