"""The plot and compare screens in a real terminal, on runs that say the worst: text only, whole in the end."""

from pathlib import Path

from expbench.adapters.series.names import file_name
from expbench.bootstrap.workplace import Workplace
from expbench.domain.series import RECORD
from tests.tui.driving import stored
from tests.tui.terminal import Terminal
from tests.tui.test_terminal import NASTY, RAW, nasty

PAUSE_S = 0.3


def with_series(place: Workplace) -> None:
    """Give each run the points of its metric."""
    for document in place.store.all().documents:
        folder = Path(place.store.run_dir(document["id"])) / "metrics"
        folder.mkdir(exist_ok=True)
        for key in document["metrics"]:
            points = (RECORD.pack(step, 1e9 + step, step % 7) for step in range(50))
            (folder / file_name(key, "api")).write_bytes(b"".join(points))


def _type(terminal: Terminal, keys: str) -> None:
    """One key after the other, with what each of them draws."""
    for key in keys:
        terminal.type(key)
        terminal.read(PAUSE_S)


def _look_into(terminal: Terminal, key: str, shown: str) -> None:
    """Open what lies over the screen, and close it again."""
    terminal.type(key)
    terminal.shows(shown)
    terminal.type("\x1b")
    terminal.until(lambda: shown not in terminal.text, f"the end of {shown}")


def test_nothing_raw_reaches_the_terminal_from_plot_and_compare(repository: Path) -> None:
    with_series(stored(repository, [nasty(number, text) for number, text in enumerate(NASTY)]))
    terminal = Terminal(repository, "tui", columns=120, lines=30)
    terminal.shows("12 runs")
    terminal.type("a3")
    terminal.shows("curves", "exp plot")
    _type(terminal, "izz")
    _look_into(terminal, "m", "metrics, one a chart")
    _type(terminal, "]il")
    terminal.shows("[scatter]")
    _look_into(terminal, "t", "param  Enter")
    _type(terminal, "]G")
    terminal.shows("[params]")
    terminal.type("4")
    terminal.shows("12 runs, differences")
    _type(terminal, "allGh")
    _look_into(terminal, "d", "next file")
    terminal.type("1")
    terminal.shows("12 marked")
    terminal.type("q")
    assert terminal.code() == 0, terminal.text
    assert terminal.was_given_back()
    sent = terminal.raw.decode()
    assert not [bad for bad in RAW if bad in sent]


def test_the_pager_takes_the_terminal_and_gives_it_back(repository: Path) -> None:
    stored(repository, [nasty(number, text) for number, text in enumerate(NASTY[:2])])
    terminal = Terminal(
        repository, "tui", env={"PAGER": "sh -c 'cat > /dev/null; echo paged; read answer < /dev/tty'"}
    )
    terminal.shows("2 runs")
    terminal.type("a4")
    terminal.shows("differ in", "$ exp diff")
    terminal.type("v")
    terminal.shows("paged")
    assert terminal.was_given_back()
    terminal.type("\n")
    terminal.shows("2 runs, differences", "exp diff")
    terminal.type("q")
    terminal.shows("2 marked")
    terminal.type("q")
    assert terminal.code() == 0
    assert terminal.was_given_back()


def test_a_plain_locale_gets_plain_letters(repository: Path) -> None:
    with_series(stored(repository, [nasty(number, f"run-{number}") for number in range(3)]))
    env = {"LANG": "C", "LC_ALL": "C", "NO_COLOR": "1", "TERM": "linux"}
    terminal = Terminal(repository, "tui", columns=160, env=env)
    terminal.shows("3 runs")
    terminal.type("a3")
    terminal.shows("by step", "exp plot")
    terminal.type("4")
    terminal.shows("3 runs, differences")
    terminal.type("q")
    terminal.shows("3 marked")
    terminal.type("q")
    assert terminal.code() == 0
    assert not [piece for piece in terminal.raw.split(b"\x1b") if not piece.isascii()]
