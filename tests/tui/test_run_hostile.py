"""The run screen in a real terminal, over a run that is evil in every place: text only, nothing that is obeyed."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pyte
import pytest

from expbench.adapters.store.runs import create_store_dir, open_store
from expbench.domain.document import RunDocument
from expbench.tui.views.run.tabs import TABS
from tests.adapters.execution.harness import DEADLINE_S, Screen
from tests.adapters.store.runs import document, run_id_of
from tests.cli.program import EXP
from tests.tui.terminal import screen_text

# Each tells by its payload that it came from data; all are spelled out where they are shown.
EVIL = (
    "\x1b]0;pwned\x07\x1b]52;c;cHduZWQ=\x07\x1b]8;;http://pwned\x1b\\\x1bPpwned\x1b\\\x9b31m\u202e\u200b\u2066\x07"
    "[@click=app.bell]pwned[/][red]中e\u0301\U0001f468\u200d\U0001f469\n\r\t"
)
OBEYED = (
    b"\x1b]0;pwned", b"\x1b]52;", b"\x1b]8;", b"\x1bPpwned", "\x9b".encode(), "\u202e".encode(), "\u200b".encode(),
    "\u2066".encode(), b"\x07", b"\xff\xfe",
)  # fmt: skip
RUN = run_id_of(1)


def poisoned(text: str) -> RunDocument:
    """A run with this text wherever a text may stand."""
    first = cast(dict[str, Any], document(1, status="failed"))
    summary = {"last": "NaN", "min": 0.5, "max": 1, "first_step": 0, "last_step": 9, "count": 10, "source": text}
    entry = {"path": text, "hash": "0" * 32, "size": 3, "files": 1}
    artifacts = [*(f"a.{kind}" for kind in ("txt", "csv", "json", "md")), text, "link", "pipe", "../../secret"]
    first.update(
        name=text, experiment=text, signal=text, command=["python", text], cwd=text, entry=text, user=text,
        executor=text, params={text: text}, param_sources={text: text}, tags=[text], note=text, warnings=[text],
        metrics={text: summary, "acc": summary}, attributes={text: text},
        artifacts=[{"path": path, "size": 1, "sha256": "0" * 64} for path in artifacts],
        links={"reproduces": text, "parent": text, "sweep": text, "commits": [text]},
        data={"version": text, "inputs": [entry], "outputs": [entry]},
        env={"python": text, "platform": text, "hash": text, "lock": {"path": text, "hash": text},
             "packages": {text: text}, "hardware": {text: text}, "variables": {text: text}},
    )  # fmt: skip
    first["code"].update(branch=text, omitted=[{"path": text, "size": 1, "reason": text}], remote=text, dirty=True)
    return cast(RunDocument, first)


@pytest.fixture
def project(repository: Path) -> Path:
    """One evil run, its log, and artifacts that are evil, or lead out of the run."""
    create_store_dir(str(repository / ".exp"))
    store = open_store(str(repository / ".exp"))
    store.create(poisoned(EVIL))
    folder = Path(store.run_dir(RUN))
    (folder / "out.log").write_bytes(EVIL.encode() + b"\xff\xfe raw bytes\n" + b"x" * 3_000_000 + b"\nlast line\n")
    artifacts = folder / "artifacts"
    artifacts.mkdir()
    (artifacts / "a.txt").write_bytes(EVIL.encode() + b"\xff\xfe")
    (artifacts / "a.csv").write_text(f'"{EVIL}","b"\n"{EVIL}","2"\n')
    (artifacts / "a.json").write_text('{"\\u001b]0;pwned\\u0007": "\\u202e\\u001b]52;c;cHduZWQ=\\u0007"}')
    (artifacts / "a.md").write_text(f"# {EVIL}\n- {EVIL}")
    (artifacts / "link").symlink_to("/etc/passwd")
    os.mkfifo(artifacts / "pipe")
    return repository


class Emulated(Screen):
    """The terminal with an emulator behind it, which knows what stands where."""

    def __init__(self, argv: list[str]) -> None:
        self.emulator = pyte.Screen(80, 24)
        self.stream = pyte.ByteStream(self.emulator)
        super().__init__(argv)

    def _read(self, timeout: float) -> bool:
        before = len(self.seen)
        got = super()._read(timeout)
        self.stream.feed(self.seen[before:].replace(b"\x1b[<u", b"").replace(b"\x1b[>25u", b""))
        return got

    def shows(self, *words: str) -> None:
        """Read until all of these are on the screen."""
        until = time.monotonic() + DEADLINE_S
        while not all(word in self.text for word in words):
            assert time.monotonic() < until, f"{words} never came:\n{self.text}"
            self._read(0.1)

    @property
    def text(self) -> str:
        """What is on the screen; pyte's own `display` fails on a wide character that was half written over."""
        return screen_text(self.emulator)


@pytest.fixture(params=["utf-8", "no colour", "ascii"])
def screen(request: pytest.FixtureRequest, project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulated]:
    monkeypatch.chdir(project)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    if request.param == "no colour":
        monkeypatch.setenv("NO_COLOR", "1")
    if request.param == "ascii":
        monkeypatch.setenv("LC_ALL", "C")
    made = Emulated([*EXP, "tui"])
    with made:
        yield made


# What each tab has come to when it is drawn.
DRAWN = {
    "Params": "param", "Metrics": "metric  ", "Code": "snapshot", "Data": "version", "Env": "Python",
    "Artifacts": "a.txt", "Log": "last line", "Lineage": "commits",
}  # fmt: skip


def test_nothing_of_the_data_is_obeyed_on_any_tab(screen: Emulated) -> None:
    screen.shows("1 runs", "pwned", "1 runs")
    screen.type(b"2")
    screen.shows("Overview", "failed by")
    for tab in TABS[1:]:
        screen.type(b"]")
        if tab.name == "Log":
            screen.shows("of 3.0 MB")
            screen.type(b"/raw\r")
            screen.shows("raw bytes")
            screen.type(b"G")
        screen.shows(DRAWN[tab.name])
        if tab.name == "Artifacts":
            screen.shows("text")
            for words in ("csv", "json", "md", "not one that", "symbolic links", "not a regular", "leads out"):
                screen.type(b"j")
                screen.shows(words)
        screen.type(b"jjkGgllhh")
    screen.type(b"q")
    screen.shows("1 runs", "duration")
    screen.type(b"q")
    assert screen.end() == 0
    seen = screen.seen.replace(b"\x1b]22;default\x07", b"")  # Textual's own: the pointer's shape
    assert [text for text in OBEYED if text in seen] == []
    assert b"\\x1b]0;pwned" in seen
    assert b"root:" not in seen
