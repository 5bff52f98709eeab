"""The models screen, the journal and the diff in a real terminal, on git tags and runs that say the worst."""

import json
import os
from pathlib import Path

from tests.conftest import run_git
from tests.tui.driving import stored
from tests.tui.terminal import Terminal
from tests.tui.test_run_hostile import EVIL, OBEYED
from tests.tui.test_terminal import NASTY, nasty

SHA = "0" * 64


def tagged(root: Path, name: str, message: str, target: str = "HEAD") -> None:
    """A git tag as anybody can write it; its tagger's name is evil, too."""
    file = root.parent / "message"
    file.write_text(message)
    os.environ["GIT_COMMITTER_NAME"] = "\x1b]0;pwned\x07 [red]Evil \u202e"
    run_git(root, "tag", "-a", "--cleanup=verbatim", "-F", str(file), name, target)
    os.environ["GIT_COMMITTER_NAME"] = "Tester"


def record(version: str, **changes: object) -> str:
    """A registration that says this wherever a record can say something."""
    summary = {"last": 0.5, "min": 0.5, "max": 0.5, "first_step": 0, "last_step": 0, "count": 1, "source": EVIL}
    document = {
        "schema": 1, "event": "register", "model": "digits", "version": version, "stage": None, "run": EVIL,
        "snapshot": EVIL, "artifact": {"path": EVIL, "size": 1, "sha256": SHA}, "data": EVIL, "env": EVIL,
        "metrics": {EVIL: summary}, "verdict": None, "gates": [{"rule": EVIL, "value": EVIL, "holds": True}],
        "forced": False, "by": EVIL, "at": "2026-03-10T12:00:00Z", "note": EVIL, **changes,
    }  # fmt: skip
    return f"{EVIL}\n\n{json.dumps(document)}\n"


def damage(root: Path) -> None:
    """Tags of a model as no tool writes them."""
    tagged(root, "digits@v0.0.1", record("v0.0.1"))
    tagged(root, "digits@v0.0.2", f"{EVIL}\n\n{{broken {EVIL}")
    run_git(root, "tag", "digits@v0.0.3")
    tagged(root, "digits@v0.0.4", record("v0.0.4", metrics=EVIL, artifact=3, run=[EVIL], gates={}))
    tagged(root, "digits@v0.0.5", record("v0.0.5", note="x" * 1_000_000, by="y" * 1_000_000))
    tagged(root, "digits#production#1", "[1, 2]")
    tagged(root, "digits#staging#1", record("v0.0.1", event="promote", stage="staging"))
    blob = run_git(root, "hash-object", "-w", "train.py")
    tagged(root, "digits@v0.0.6", record("v0.0.6"), blob)
    (root / ".git" / "refs" / "tags" / "digits@v0.0.7").write_text("no commit at all\n")


def test_nothing_raw_comes_from_tags_the_journal_and_the_diff(repository: Path) -> None:
    damage(repository)
    stored(repository, [nasty(1, NASTY[0]), nasty(2, NASTY[0])])
    terminal = Terminal(repository, "tui", columns=120, lines=40)
    terminal.shows("2 runs")
    terminal.type("5")
    terminal.shows("5 models", "digits", "v0.0.1")
    for _ in range(7):
        terminal.type("j")
        terminal.read(0.2)
        terminal.type("P\r")
        terminal.read(0.2)
    terminal.type("\tGgz")
    terminal.read(0.2)
    terminal.type("6")
    terminal.shows("6 journal")
    terminal.type("1")
    terminal.shows("2 runs")
    terminal.type("aB")
    terminal.shows("what is bad:", "owned", "drop 0.1")
    terminal.type("\r")
    terminal.shows("has no commit")
    terminal.type("R")
    terminal.shows("y/n")
    terminal.type("y@")
    terminal.shows("done       exp run --detach", "exp bisect --metric", "\\x1b]0;")
    terminal.type("1")
    terminal.shows("2 marked")
    terminal.type("d")
    terminal.shows("next file")
    terminal.type("q")
    terminal.until(lambda: "next file" not in terminal.text, "the list")
    terminal.type("q")
    assert terminal.code() == 0, terminal.text
    assert terminal.was_given_back()
    sent = terminal.raw.replace(b"\x1b]22;default\x07", b"")  # Textual's own: the pointer's shape
    assert [text for text in (*OBEYED, b"owned\x07") if text in sent] == []
