"""`exp run` from outside: the command behaves as it would alone, and the record of it is true."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import EXP, belongings, exp, git, listed, shell, shown, start, wait_for, wait_for_line


@pytest.mark.parametrize(
    ("command", "code", "status", "exit_code", "signal_name"),
    [
        ("true", 0, "finished", 0, None),
        ("exit 3", 3, "failed", 3, None),
        ("exit 125", 125, "failed", 125, None),
        ("exit 255", 255, "failed", 255, None),
        ("kill -TERM $$", 143, "killed", None, "SIGTERM"),
        ("kill -INT $$", 130, "killed", None, "SIGINT"),
        ("kill -HUP $$", 129, "killed", None, "SIGHUP"),
        ("kill -KILL $$", 137, "killed", None, "SIGKILL"),
        ("kill -SEGV $$", 139, "failed", None, "SIGSEGV"),
        ("kill -ABRT $$", 134, "failed", None, "SIGABRT"),
    ],
)
def test_the_childs_end_is_the_exit_code_and_the_record(
    repository: Path, command: str, code: int, status: str, exit_code: int | None, signal_name: str | None
) -> None:
    assert exp(repository, "run", "--", "sh", "-c", command).code == code
    found = shown(repository)
    assert (found["status"], found["exit_code"], found["signal"]) == (status, exit_code, signal_name)
    assert found["ended_at"] >= found["started_at"] >= found["created_at"]


def test_the_childs_streams_pass_through_untouched_and_nothing_is_added(repository: Path) -> None:
    done = exp(repository, "run", "--", "sh", "-c", r"printf 'a\377\0b\r\n'; printf 'to stderr' >&2")
    assert (done.code, done.out, done.err) == (0, "a\udcff\0b\r\n", "to stderr")


def test_stdin_reaches_the_child(repository: Path) -> None:
    done = subprocess.run(
        [*EXP, "run", "--", "cat"], cwd=repository, input=b"a\0\xff", capture_output=True, check=True
    )
    assert (done.stdout, done.stderr) == (b"a\0\xff", b"")


def test_everything_behind_the_first_dashes_is_the_commands_own(repository: Path) -> None:
    done = exp(repository, "run", "--name", "n", "--", "printf", "%s|", "--help", "--", "-P", "a=b", "")
    assert done.out == "--help|--|-P|a=b||"
    assert shown(repository)["command"] == ["printf", "%s|", "--help", "--", "-P", "a=b", ""]


def test_what_was_asked_for_is_recorded(repository: Path) -> None:
    words = [
        "--name",
        "base",
        "--experiment",
        "e",
        "-P",
        "lr=0.1",
        "-P",
        "on=true",
        "-t",
        "x",
        "--tag",
        "y",
        "-t",
        "x",
    ]
    assert exp(repository, "run", *words, "--note", "two\nlines", "--", "true").code == 0
    found = shown(repository)
    assert (found["name"], found["experiment"], found["tags"], found["note"]) == (
        "base",
        "e",
        ["x", "y"],
        "two\nlines",
    )
    assert found["params"] == {"lr": 0.1, "on": True}
    assert found["param_sources"] == {"lr": "cli", "on": "cli"}


def test_an_entry_of_exp_toml_runs_with_its_defaults_and_with_p(repository: Path) -> None:
    (repository / "exp.toml").write_text(
        '[entries.say]\ncommand = "echo {word} --n {n}"\nparams = { word = "a b", n = 1 }\n'
    )
    assert exp(repository, "run", "say", "-P", "n=2").out == "a b --n 2\n"
    found = shown(repository)
    assert (found["entry"], found["command"]) == ("say", ["echo", "a b", "--n", "2"])
    assert found["params"] == {"word": "a b", "n": 2}
    assert found["param_sources"]["n"] == "cli"
    assert exp(repository, "run", "sya").err.count("did you mean say") == 1


def test_params_of_a_file_are_found(repository: Path) -> None:
    (repository / "params.yaml").write_text("train:\n  lr: 0.5\n  layers: [1, 2]\n")
    assert exp(repository, "run", "--", "true").code == 0
    assert shown(repository)["params"] == {"train.lr": 0.5, "train.layers": "[1,2]"}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 2),
        (("--",), 2),
        (("nothing",), 2),
        (("entry", "--", "true"), 2),
        (("-P", "x", "--", "true"), 2),
        (("-P", "=x", "--", "true"), 2),
        (("--timeout", "soon", "--", "true"), 2),
        (("--timeout", "0", "--", "true"), 2),
        (("--name", "", "--", "true"), 2),
        (("--name", "@~1", "--", "true"), 2),
        (("--nmae", "x", "--", "true"), 2),
        (("--", ""), 2),
        (("--", "no-such-command"), 127),
        (("--", "./no-such-file"), 127),
        (("--", "./README.md"), 126),
        (("--", "."), 126),
    ],
)
def test_what_cannot_start_is_refused_in_words_and_leaves_no_run(
    repository: Path, words: tuple[str, ...], code: int
) -> None:
    before = belongings(repository)
    done = exp(repository, "run", *words)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith("error: ")
    assert "hint: " in done.err
    assert "Traceback" not in done.err
    assert belongings(repository) == before
    assert listed(repository) == []


def test_bytes_that_are_no_text_pass_through_and_are_recorded_exactly(repository: Path) -> None:
    done = exp(repository, "run", b"--name", b"caf\xe9", b"--", b"printf", b"%s", b"\xff\xfe")
    assert (done.code, done.out) == (0, "\udcff\udcfe")
    found = shown(repository)
    assert (found["name"], found["command"][2]) == ("caf\udce9", "\udcff\udcfe")
    assert exp(repository, "ls").out.count("caf\\xe9") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_to_the_recorder_ends_the_child_and_is_told(repository: Path, number: signal.Signals) -> None:
    ready = repository / "ready"
    going = start(repository, "run", "--", "sh", "-c", "echo $$ > ready; exec sleep 60")
    child = int(wait_for_line(ready))
    assert [run["status"] for run in listed(repository)] == ["running"]
    going.send_signal(number)
    out, err = going.communicate(timeout=30)
    assert (going.returncode, out) == (128 + number, b"")
    assert b"Traceback" not in err
    found = shown(repository)
    assert (found["status"], found["signal"], found["exit_code"]) == ("killed", number.name, None)
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_a_child_that_answers_a_signal_with_a_code_has_that_code(repository: Path) -> None:
    going = start(
        repository, "run", "--", "sh", "-c", "trap 'exit 7' TERM; echo > ready; while :; do sleep 0.05; done"
    )
    wait_for_line(repository / "ready")
    going.terminate()
    going.communicate(timeout=30)
    assert going.returncode == 7
    found = shown(repository)
    assert (found["status"], found["exit_code"], found["signal"]) == ("failed", 7, None)


def test_a_timeout_ends_the_child(repository: Path) -> None:
    done = exp(repository, "run", "--timeout", "0.3s", "--", "sleep", "60")
    assert done.code == 143
    assert done.err == "warning: stopped after its timeout of 0.3s\n"
    found = shown(repository)
    assert (found["status"], found["signal"]) == ("killed", "SIGTERM")
    assert found["warnings"] == ["stopped after its timeout of 0.3s"]


def test_detach_prints_the_id_and_the_run_goes_on_without_the_terminal(repository: Path) -> None:
    (repository / "go").mkdir()
    line = "while [ -e go ]; do sleep 0.02; done; echo done; exit 4"
    done = exp(repository, "run", "--detach", "--", "sh", "-c", line)
    run_id = done.out.strip()
    assert (done.code, done.err, len(run_id)) == (0, "", 12)
    assert shown(repository, run_id)["status"] in ("queued", "running")
    (repository / "go").rmdir()
    wait_for(lambda: shown(repository, run_id)["ended_at"], "the end")
    found = shown(repository, run_id)
    assert (found["status"], found["exit_code"]) == ("failed", 4)
    assert exp(repository, "log", run_id).out == "done\n"


def test_detach_that_cannot_start_says_so(repository: Path) -> None:
    assert exp(repository, "run", "--detach", "--", "no-such-command").code == 127


def test_stop_ends_a_live_run_and_refuses_an_ended_one(repository: Path) -> None:
    going = start(repository, "run", "--name", "long", "--", "sh", "-c", "echo > ready; exec sleep 60")
    wait_for_line(repository / "ready")
    refused = exp(repository, "rm", "long")
    assert refused.code == 1
    assert "hint: exp stop" in refused.err
    stopped = exp(repository, "stop", "long")
    assert (stopped.code, stopped.out) == (0, "")
    going.communicate(timeout=30)
    assert going.returncode == 143
    assert shown(repository)["status"] == "killed"
    assert exp(repository, "stop", "long").code == 1


def test_stop_kills_a_stubborn_child_after_its_grace(repository: Path) -> None:
    line = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    going = start(repository, "run", "--", sys.executable, "-c", line)
    assert going.stdout is not None
    going.stdout.readline()
    assert exp(repository, "stop", "@", "--grace", "0.2").code == 0
    going.communicate(timeout=30)
    assert going.returncode == 137
    assert shown(repository)["signal"] == "SIGKILL"


def test_a_subfolder_is_the_childs_folder_and_shares_the_store(repository: Path) -> None:
    (repository / "deep" / "er").mkdir(parents=True)
    done = exp(repository / "deep" / "er", "run", "--", "pwd")
    assert done.out == f"{repository / 'deep' / 'er'}\n"
    assert shown(repository)["cwd"] == "deep/er"
    assert not (repository / "deep" / "er" / ".exp").exists()


def test_linked_worktrees_share_one_store_and_keep_their_own_branch(repository: Path) -> None:
    linked = repository.parent / "linked"
    git(repository, "worktree", "add", "-q", "-b", "side", str(linked))
    before = (belongings(repository), belongings(linked))
    assert exp(linked, "run", "--name", "there", "--", "true").code == 0
    assert (belongings(repository), belongings(linked)) == before
    assert not (linked / ".exp").exists()
    found = shown(repository, "there")
    assert (found["code"]["branch"], found["cwd"]) == ("side", ".")
    assert git(repository, "rev-parse", found["code"]["ref"]).strip() == found["code"]["snapshot"]


def test_a_hooks_environment_leads_nowhere_else(repository: Path) -> None:
    hook = {
        "GIT_DIR": "/nowhere",
        "GIT_INDEX_FILE": "/nowhere/index",
        "GIT_WORK_TREE": "/nowhere",
        "GIT_PREFIX": "x/",
    }
    done = exp(repository, "run", "--", "sh", "-c", "echo $GIT_DIR", env=hook)
    assert (done.code, done.out, done.err) == (0, "/nowhere\n", "")
    found = shown(repository)
    assert found["code"]["commit"] == git(repository, "rev-parse", "HEAD").strip()
    assert found["code"]["dirty"] is False


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams_change_nothing_for_the_command(repository: Path, closed: str) -> None:
    done = shell(repository, f"exp run -- sh -c 'echo out; echo err >&2; exit 3' {closed}")
    assert done.code == 3
    assert done.out == ("" if ">&-" in closed.split() else "out\n")
    assert done.err == ("" if "2>&-" in closed else "err\n")
    found = shown(repository)
    assert (found["exit_code"], found["warnings"]) == (3, [])
    assert exp(repository, "log").out == "out\nerr\n"


def test_a_full_stdout_costs_the_output_and_not_the_run(repository: Path) -> None:
    done = shell(repository, "exp run -- sh -c 'echo out; exit 3' >/dev/full")
    assert done.code == 3
    assert len(shown(repository)["warnings"]) == 1
    assert exp(repository, "log").out == "out\n"


def test_a_folder_that_was_deleted_is_refused_in_words(repository: Path) -> None:
    for line, code in (("exp run -- true", 125), ("exp ls", 3), ("exp show @", 3), ("exp doctor", 3)):
        (repository / "gone").mkdir()
        done = shell(repository / "gone", f"rmdir ../gone; {line}")
        assert (done.code, done.out) == (code, "")
        assert "error: " in done.err
        assert "Traceback" not in done.err


def test_no_home_and_no_locale_are_no_reason_to_fail(repository: Path) -> None:
    bare = {key: "" for key in os.environ if key not in ("PATH", "PYTHONPATH")}
    done = exp(repository, "run", "--name", "naïve", "--", "sh", "-c", "exit 5", env=bare)
    assert (done.code, done.err) == (5, "")
    assert exp(repository, "ls", env={**bare, "LC_ALL": "C"}).code == 0
    assert shown(repository)["name"] == "naïve"


def test_the_run_is_told_who_it_is(repository: Path) -> None:
    done = exp(repository, "run", "--", "sh", "-c", 'echo "$EXP_RUN_ID $EXP_RUN_DIR"')
    found = shown(repository)["id"]
    assert done.out == f"{found} {repository}/.exp/runs/{found}\n"


def test_secrets_stay_out_of_the_record(repository: Path) -> None:
    env = {"WANDB_API_KEY": "hunter2hunter2", "DATABASE_URL": "postgres://u:hunter2@h/d"}
    git(repository, "remote", "add", "origin", "https://user:hunter2@example.org/x.git")
    exp(repository, "run", "--", "true", "--api-key", "hunter2", "--url=https://u:hunter2@example.org/", env=env)
    found = shown(repository)
    assert found["code"]["remote"] == "https://example.org/x.git"
    assert found["command"][0] == "true"
    kept = [path for path in (repository / ".exp").rglob("*") if path.is_file()]
    assert [path for path in kept if b"hunter2" in path.read_bytes()] == []


def test_ignored_files_are_never_captured(repository: Path) -> None:
    (repository / ".gitignore").write_text("secret.env\n")
    (repository / "secret.env").write_text("TOKEN=x\n")
    (repository / "new.py").write_text("print()\n")
    assert exp(repository, "run", "--", "true").code == 0
    tree = git(repository, "ls-tree", "-r", "--name-only", shown(repository)["code"]["snapshot"]).split()
    assert ".gitignore" in tree
    assert "new.py" in tree
    assert "secret.env" not in tree
    assert not [path for path in tree if path.startswith(".exp")]
