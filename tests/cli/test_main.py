"""The one way in and out: help, usage errors, bugs, broken pipes, interrupts, completion, unusable places."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from expbench.adapters.store.runs import create_store_dir, open_store
from expbench.cli.commands import COMMANDS
from expbench.errors import ExpError
from tests.adapters.store.runs import document
from tests.cli.conftest import Within
from tests.cli.program import EXP, exp, shell, start


def plant(root: Path, count: int, **changes: object) -> None:
    """So many finished runs."""
    create_store_dir(str(root / ".exp"))
    store = open_store(str(root / ".exp"))
    for number in range(count):
        store.create(document(number, **changes))


def test_help_lists_every_command_with_its_summary(within: Within, tmp_path: Path) -> None:
    found = within(tmp_path, "--help")
    assert (found.code, found.err) == (0, "")
    for name, known in COMMANDS.items():
        assert f"  {name} " in found.out
        assert known.summary.split()[0] in found.out
    assert within(tmp_path).out == found.out


def test_help_keeps_the_lines_of_its_examples(within: Within, tmp_path: Path) -> None:
    lines = within(tmp_path, "--help").out.splitlines()
    assert "  exp run -- python train.py    record a run" in lines


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples_outside_of_any_project(
    within: Within, tmp_path: Path, name: str
) -> None:
    found = within(tmp_path, name, "--help")
    assert (found.code, found.err) == (0, "")
    assert found.out.startswith(f"Usage: exp {name}")
    examples = found.out.partition("\n  Examples:\n")[2]
    assert examples.startswith("    exp ")
    assert f"exp {name}" in examples
    assert max(map(len, found.out.splitlines())) <= 100


def test_version(within: Within, tmp_path: Path) -> None:
    assert within(tmp_path, "--version").out.startswith("exp ")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("lst",), "exp ls"),
        (("shwo", "@"), "exp show"),
        (("zzz",), "exp --help"),
        (("ls", "--josn"), "exp ls --help"),
        (("--nothing",), "exp --help"),
        (("diff", "one"), "exp diff --help"),
        (("ls", "-n", "many"), "exp ls --help"),
        (("tag", "@"), "exp tag --help"),
        (("rename", "@"), "exp rename --help"),
        (("rm",), "exp rm --help"),
    ],
)
def test_usage_errors_say_what_and_what_next(
    within: Within, repository: Path, words: tuple[str, ...], hint: str
) -> None:
    found = within(repository, *words)
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith("error: ")
    assert found.err.endswith(f"hint: {hint}\n")


LOOKING = (
    ("ls",),
    ("show", "@"),
    ("diff", "@", "@"),
    ("log",),
    ("trash",),
    ("doctor",),
    ("undo",),
    ("init",),
    ("gc",),
)


@pytest.mark.parametrize("words", LOOKING, ids=" ".join)
def test_outside_of_a_repository_every_command_ends_with_3(
    within: Within, tmp_path: Path, words: tuple[str, ...]
) -> None:
    found = within(tmp_path, *words)
    assert (found.code, found.out) == (3, "")
    assert found.err.splitlines()[0] == "error: this is not inside a git repository"
    assert found.err.splitlines()[-1] == "hint: git init"


def test_a_bare_repository_has_no_place_for_runs(within: Within, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "bare.git")], check=True)
    assert within(tmp_path / "bare.git", "ls").code == 3
    assert within(tmp_path / "bare.git", "run", "--", "true").code == 125


@pytest.mark.parametrize("text", ["[[", "metric = 1", "entries = 3", "\xff", "[entries.x]\nparams = {}"])
def test_settings_that_cannot_be_read_are_named_and_nothing_starts(
    within: Within, repository: Path, text: str
) -> None:
    (repository / "exp.toml").write_bytes(text.encode("latin-1"))
    for words, code in ((("ls",), 3), (("show", "@"), 3), (("run", "--", "touch", "started"), 125)):
        found = within(repository, *words)
        assert (found.code, found.out) == (code, "")
        assert "exp.toml" in found.err
        assert found.err.count("hint: ") == 1
    assert not (repository / "started").exists()
    assert not (repository / ".exp").exists()


def test_a_store_of_a_newer_version_is_left_alone(within: Within, repository: Path) -> None:
    plant(repository, 1)
    (repository / ".exp" / "format").write_text("99\n")
    before = {path: path.read_bytes() for path in (repository / ".exp").rglob("*") if path.is_file()}
    for words, code in (*((words, 3) for words in LOOKING), (("run", "--", "true"), 125)):
        found = within(repository, *words)
        assert (found.code, found.out) == (code, ""), words
        assert "newer version" in found.err
    assert {path: path.read_bytes() for path in (repository / ".exp").rglob("*") if path.is_file()} == before


def test_looking_at_an_empty_project_makes_nothing(within: Within, repository: Path) -> None:
    assert within(repository, "ls").err.startswith("No runs yet.")
    assert within(repository, "ls", "--json").out == "[]\n"
    assert within(repository, "ls", "--csv").out.splitlines()[1:] == []
    assert within(repository, "ls", "failed").err.startswith("No run matches this filter.")
    assert within(repository, "trash").err == "the trash is empty\n"
    assert within(repository, "trash", "--json").out == "[]\n"
    assert within(repository, "gc").code == 0
    assert within(repository, "doctor").code == 0
    unknown = within(repository, "show", "@")
    assert (unknown.code, unknown.err.splitlines()[0]) == (2, "error: there are no runs yet")
    assert not (repository / ".exp").exists()


class Planted(RuntimeError):
    """A bug of ours."""


@pytest.fixture
def bug(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> None:
        raise Planted("a secret is /home and \x1b[31m")

    monkeypatch.setattr("expbench.cli.ls.list_runs", broken)


@pytest.mark.usefixtures("bug")
def test_a_bug_gives_a_report_that_can_be_pasted(within: Within, repository: Path) -> None:
    found = within(repository, "ls", "--sort", "x", "--columns=a,b")
    assert (found.code, found.out) == (70, "")
    lines = found.err.splitlines()
    assert lines[0] == "error: this is a bug in exp, not a mistake of yours"
    assert lines[1].startswith("hint: ")
    assert lines[3] == lines[-1] == "```"
    assert "$ exp ls --sort x --columns=***" in lines
    assert "Planted: a secret is /home and \\x1b[31m" in found.err
    assert os.path.expanduser("~") not in found.err


@pytest.mark.usefixtures("bug")
def test_exp_debug_shows_the_traceback_itself(
    within: Within, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXP_DEBUG", "1")
    with pytest.raises(Planted):
        within(repository, "ls")


def test_an_expected_failure_has_no_report(within: Within, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_arguments: object) -> None:
        raise ExpError("it\x1b[2J failed", "of a\n\u202ecause", "do that")

    monkeypatch.setattr("expbench.cli.ls.list_runs", failing)
    found = within(repository, "ls")
    assert found == (1, "", "error: it\\x1b[2J failed\ncause: of a\n       \\u202ecause\nhint: do that\n")


def test_ctrl_c_is_130_without_a_word(within: Within, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("expbench.cli.ls.list_runs", interrupted)
    assert within(repository, "ls") == (130, "", "")


def test_ctrl_c_while_following_a_log_is_130(repository: Path) -> None:
    going = start(repository, "run", "--", "sh", "-c", "echo first; exec sleep 60")
    assert going.stdout is not None
    going.stdout.readline()
    following = start(repository, "log", "@", "-f")
    assert following.stdout is not None
    assert following.stdout.readline() == b"first\n"
    following.send_signal(signal.SIGINT)
    _, err = following.communicate(timeout=30)
    going.terminate()
    going.communicate(timeout=30)
    assert (following.returncode, err) == (130, b"")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_seen_enough_is_141(repository: Path, unbuffered: str) -> None:
    plant(repository, 300, note="x" * 1000)
    for words in (f"ls -n 300 --columns id{',id' * 80}", "ls --json", "ls --csv --columns id,note"):
        script = f"{{ exp {words}; echo $? >code; }} | head -c 1 >/dev/null; cat code"
        done = shell(repository, script, {"PYTHONUNBUFFERED": unbuffered})
        assert (done.out, done.err) == ("141\n", "")


def test_a_full_disk_is_told_and_is_no_bug(repository: Path) -> None:
    plant(repository, 3)
    for words in ("ls", "ls --json", "show @", "show @ --json", "--help"):
        done = shell(repository, f"exp {words} >/dev/full")
        assert done.code == 1
        assert done.err.splitlines()[0] == "error: the output can't be written"


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_reason_to_fail(repository: Path, closed: str) -> None:
    plant(repository, 1)
    assert [shell(repository, f"exp {words} {closed}").code for words in ("ls", "show nothing", "nothing")] == [
        0,
        2,
        2,
    ]


def complete(root: Path, words: str, shell_name: str = "bash") -> list[str]:
    """What the completion script of a shell would be told for this line."""
    line = words.split(" ")
    ask = {
        "bash": {"COMP_WORDS": words, "COMP_CWORD": str(len(line) - 1)},
        "zsh": {"_TYPER_COMPLETE_ARGS": words},
        "fish": {"_TYPER_COMPLETE_ARGS": words, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }[shell_name]
    done = exp(root, env={**ask, "_EXP_COMPLETE": f"complete_{shell_name}"})
    assert (done.code, done.err) == (0, "")
    return done.out.split()


@pytest.fixture
def named(repository: Path) -> Path:
    store = open_store(str(repository / ".exp"))
    for number, name in enumerate(["base", "base-2", "other", "evil\x1b]52;c;\x07", "evil\u202e"]):
        store.create(document(number, name=name))
    return repository


def test_commands_and_names_of_runs_complete(named: Path) -> None:
    assert complete(named, "exp sh") == ["show"]
    assert complete(named, "exp show ba") == ["base-2", "base"]
    assert complete(named, "exp diff base o") == ["other"]
    assert complete(named, "exp rm base oth") == ["other"]
    assert " ".join(complete(named, "exp show ba", "zsh")).count('"base') == 2
    assert complete(named, "exp show ba", "fish") == ["base-2", "base"]


def test_names_that_a_terminal_would_obey_do_not_complete(named: Path) -> None:
    for shell_name in ("bash", "zsh", "fish"):
        assert complete(named, "exp show ev", shell_name) in ([], ["_files"])


def test_completion_is_silent_without_a_project_and_with_broken_settings(named: Path, tmp_path: Path) -> None:
    (tmp_path / "nowhere").mkdir()
    assert complete(tmp_path / "nowhere", "exp show ") == []
    (named / ".exp" / "format").write_text("99\n")
    assert complete(named, "exp show ba") == []
    (named / ".exp" / "format").write_text("1\n")
    (named / "exp.toml").write_text("[[")
    assert complete(named, "exp show ba") == ["base-2", "base"]


def test_bash_itself_completes_with_the_script_that_is_shown(named: Path) -> None:
    """The script is evaluated by a real bash, and its function called as Tab would."""
    script = f"""
    exp() {{ {" ".join(EXP)} "$@"; }}; export -f exp
    eval "$(exp --show-completion)"
    COMP_WORDS=(exp show oth) COMP_CWORD=2; _exp_completion "{Path(EXP[0]).parent / "exp"}"; echo "${{COMPREPLY[@]}}"
    """
    environ = {**os.environ, "SHELL": "/bin/bash"}
    done = subprocess.run(["bash", "-c", script], cwd=named, env=environ, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("other\n", "")


def test_completion_installs_into_the_users_own_shell(named: Path) -> None:
    environ = {**os.environ, "SHELL": "/bin/bash"}
    script = f"{' '.join(EXP)} --install-completion; exit $?"  # so that bash stays, and is found
    done = subprocess.run(["bash", "-c", script], cwd=named, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "_EXP_COMPLETE" in (Path(os.environ["HOME"]) / ".bash_completions" / "exp.sh").read_text()
