"""The dashboard in a real terminal: it is given back whole whatever ends it, nothing is sent while nothing happens,
and nothing of the data's own reaches it."""

import os
import re
import signal
import time
from pathlib import Path

import pytest

from expbench.bootstrap.workplace import open_workplace
from expbench.domain.document import RunDocument
from tests.services.runs_in_memory import run
from tests.tui.driving import stored
from tests.tui.terminal import Terminal
from tests.tui.test_acts import script

RUNS = [run(f"{number:012d}", f"run-{number}", hour=number, metrics={"acc": number / 10}) for number in range(4)]

WHEEL_DOWN = 65
SHELL = 'echo "a shell with $RUN"; read answer'


@pytest.fixture
def project(repository: Path) -> Path:
    """A project with four runs."""
    stored(repository, RUNS)
    return repository


def test_bare_exp_at_a_terminal_is_the_dashboard_and_q_leaves_it(project: Path) -> None:
    terminal = Terminal(project)
    terminal.shows("run-3", "4 runs")
    terminal.type("q")
    assert terminal.code() == 0
    assert terminal.was_given_back()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_gives_the_terminal_back_whole(project: Path, number: signal.Signals) -> None:
    terminal = Terminal(project, "tui")
    terminal.shows("4 runs")
    terminal.type("M")
    terminal.until(terminal.mouse_is_on, "the mouse")
    terminal.kill(number)
    assert terminal.code() == 128 + number
    assert terminal.was_given_back()


def test_ctrl_c_ends_it_with_130(project: Path) -> None:
    terminal = Terminal(project, "tui")
    terminal.shows("4 runs")
    terminal.type("\x03")
    assert terminal.code() == 130
    assert terminal.was_given_back()


def test_a_terminal_that_is_closed_ends_it(project: Path) -> None:
    terminal = Terminal(project, "tui")
    terminal.shows("4 runs")
    os.close(terminal.fd)
    end = time.monotonic() + 30
    while not (found := os.waitpid(terminal.pid, os.WNOHANG))[0]:
        assert time.monotonic() < end, "it never ended"
        time.sleep(0.02)
    assert os.waitstatus_to_exitcode(found[1]) in (128 + signal.SIGHUP, -signal.SIGHUP)


def test_ctrl_z_gives_the_terminal_to_the_shell_and_fg_draws_all_of_it_again(project: Path) -> None:
    terminal = Terminal(project, "tui")
    terminal.shows("4 runs", "run-0")
    assert b"?1000h" not in terminal.raw, "tmux's own selection is taken away"
    terminal.type("M")
    terminal.shows("the mouse is on")
    assert terminal.mouse_is_on()
    terminal.type("\x1a")
    terminal.until(terminal.is_stopped, "the stop")
    terminal.read(0.1)
    assert terminal.was_given_back()
    terminal.screen.reset()
    terminal.kill(signal.SIGCONT)
    terminal.shows("run-3", "run-0", "4 runs", "run-3  000000000003")
    terminal.until(terminal.mouse_is_on, "the mouse")
    terminal.press_button(0, column=10, line=5)
    terminal.shows("run-1  000000000001")
    terminal.type("?")
    terminal.shows("Keys of runs", "Move")
    terminal.press_button(WHEEL_DOWN, column=10, line=10)
    terminal.loses("Move")
    terminal.type("\x1b")
    terminal.loses("Keys of runs")
    terminal.type("M")
    terminal.shows("the mouse is off")
    assert not terminal.mouse_is_on()
    terminal.type("Mq")
    assert terminal.code() == 0
    assert terminal.was_given_back()


def test_a_note_is_written_in_the_editor_and_a_shell_is_had_in_between(project: Path, tmp_path: Path) -> None:
    editor, shell = script(tmp_path / "an editor", 'echo "a good one" > "$1"'), script(tmp_path / "shell", SHELL)
    terminal = Terminal(project, "tui", columns=120, env={"EDITOR": f"'{editor}'", "SHELL": shell})
    terminal.shows("4 runs")
    terminal.type("E")
    terminal.shows(f"noted on {RUNS[3]['id']}", "note     a good one")
    terminal.type("E")
    terminal.shows("the note is as it was")
    terminal.type("!")
    terminal.shows(f"a shell with {RUNS[3]['id']}")
    assert terminal.was_given_back()
    terminal.type("\n")
    terminal.shows("4 runs", "run-0")
    terminal.type("@")
    terminal.shows(f"exp note {RUNS[3]['id']} 'a good one'")
    terminal.type("qq")
    assert terminal.code() == 0
    assert terminal.was_given_back()
    assert open_workplace(str(project)).store.read(RUNS[3]["id"])["note"] == "a good one"


def test_any_size_down_to_one_cell_and_back(project: Path) -> None:
    terminal = Terminal(project, "tui")
    terminal.shows("4 runs")
    for columns, lines in ((1, 1), (3, 2), (20, 5), (200, 50), (80, 24)):
        terminal.resize(columns, lines)
        terminal.kill(signal.SIGWINCH)
        terminal.read(0.3)
    terminal.shows("run-3", "4 runs")
    terminal.type("q")
    assert terminal.code() == 0


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (200, 50)])
def test_nothing_is_sent_while_nothing_happens(project: Path, columns: int, lines: int) -> None:
    terminal = Terminal(project, "tui", columns=columns, lines=lines)
    terminal.shows("4 runs", *(["plot  run-3", "acc  by step", "log  run-3"] if columns > 80 else []))
    terminal.type("jjk")
    while terminal.read(0.7):
        pass
    assert terminal.read(2.5) == b""
    terminal.type("j")
    assert 0 < len(terminal.read(2.0)) < 50 * columns
    terminal.type("q")
    assert terminal.code() == 0


@pytest.mark.parametrize(
    "env",
    [
        {"LANG": "C", "LC_ALL": "C"},
        {"NO_COLOR": "1"},
        {"TERM": "linux"},
        {"TERM": "screen"},
        {"TERM": "xterm"},
        {"TERM": "vt100"},
    ],
    ids=str,
)
def test_places_that_know_less_are_drawn_too(project: Path, env: dict[str, str]) -> None:
    terminal = Terminal(project, "tui", env=env)
    terminal.shows("4 runs", "run-3")
    terminal.type("p?")
    terminal.shows("Keys of runs")
    terminal.type("j\x1b")
    terminal.until(lambda: "Keys of runs" not in terminal.text, "the list")
    if env.get("LANG") == "C":
        assert terminal.raw.isascii()
    if "NO_COLOR" in env:
        assert not COLOUR.search(terminal.raw)
    terminal.type("q")
    assert terminal.code() == 0


def test_a_theme_of_the_users_settings_is_used_and_an_unknown_one_is_refused(project: Path, tmp_path: Path) -> None:
    (tmp_path / "exp").mkdir()
    settings = tmp_path / "exp" / "config.toml"
    settings.write_text('[tui]\ntheme = "nord"\n')
    env = {"XDG_CONFIG_HOME": str(tmp_path), "COLORTERM": "truecolor"}
    terminal = Terminal(project, "tui", env=env)
    terminal.shows("4 runs")
    assert b"38;2;" in terminal.raw, "colours of the theme's own"
    terminal.type("q")
    assert terminal.code() == 0
    settings.write_text('[tui]\ntheme = "nrod"\n')
    terminal = Terminal(project, "tui", env=env)
    assert terminal.code() == 2
    assert "error: there is no theme 'nrod'" in terminal.text
    assert "nord" in terminal.text


def test_no_terminal_and_a_dumb_one_are_refused_in_words(project: Path) -> None:
    terminal = Terminal(project, "tui", env={"TERM": "dumb"})
    assert terminal.code() == 3
    assert "error: the dashboard needs a terminal that it can draw on" in terminal.text
    assert b"\x1b" not in terminal.raw


NASTY = [
    "\x1b]0;owned\x07title",
    "\x1b[2J\x1b[31mred",
    "a\nb\rc\td",
    "\u202eevil\u2066",
    "zero\u200bwidth\ufeff",
    "[bold red]markup[/] [@click=app.exit]x[/]",
    "日本語" * 40,
    "e\u0301" * 100,
    "\U0001f468\u200d\U0001f469",
    "\x9b31m",
    "\ud800",
    "x" * 1_000_000,
]
COLOUR = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]")
RAW = ("owned\x07", "\x1b[31mred", "\u202e", "\u2066", "\u200b", "\ufeff", "\x9b")
# What is typed, then a text that must come, and one that must go, before the next key.
TYPED = (
    ("G", "x\u2026", ""),
    ("kkk", "\\x9b31m", ""),
    ("kkkk", "a\\nb", ""),
    ("kkkkk", "\\x1b]0;owned", ""),
    ("p", "\u25ce", ""),
    ("a", "12 marked", ""),
    ("?", "Keys of runs", ""),
    ("\x1b", "12 marked", "Keys of runs"),
    ("C", "Columns", ""),
    ("\x1b", "12 marked", "Enter turns"),
    ("s", "Sort by", ""),
    ("\x1b", "12 marked", "Sort by"),
    ("b", "Group by", ""),
    ("\r", "12 marked", "Group by"),
    ("\r", "· created", ""),
    ("/x\r", "1 of", ""),
    ("6", "6 journal", ""),
    ("1", "1 runs", ""),
)


def nasty(number: int, text: str) -> RunDocument:
    """A run that says this wherever a run can say something."""
    return run(
        f"{number:012d}",
        text,
        hour=number,
        note=text,
        experiment=text,
        tags=[text],
        command=["echo", text],
        params={text[:200]: text},
        metrics={text[:200]: 0.5},
        attributes={text[:100]: text},
    )


def test_nothing_of_the_datas_own_reaches_the_terminal(repository: Path) -> None:
    store = stored(repository, [nasty(number, text) for number, text in enumerate(NASTY)]).store
    for number, text in enumerate(NASTY):
        log = Path(store.run_dir(f"{number:012d}")) / "out.log"
        log.write_bytes(b"a log of " + text.encode("utf-8", "surrogatepass"))
    terminal = Terminal(repository, "tui", columns=200, lines=50)
    terminal.shows("12 runs", "a log of")
    for keys, comes, goes in TYPED:
        terminal.type(keys)
        terminal.shows(comes)
        terminal.loses(goes)
    terminal.type("q")
    assert terminal.code() == 0, terminal.text
    sent = terminal.raw.decode()
    assert not [bad for bad in RAW if bad in sent]
    assert "\\x1b]0;owned" in sent
    assert "[@click=app.exit]" in sent
