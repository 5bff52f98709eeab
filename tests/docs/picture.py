"""The README's picture: what `exp` really prints about the project of `exp demo`, on a terminal.

The text is kept beside the picture with its colours (`docs/images/terminal.txt`). Ids, names, times and durations
differ each time; `without_chance` takes them out, so that a test sees whether anything else has changed. Only the
interpreter's place is not as printed: it is this machine's and becomes `python`.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.docs.pages import DOCS
from tests.docs.svg import plain, svg

TEXT_FILE: Final = DOCS / "images" / "terminal.txt"
SVG_FILE: Final = DOCS / "images" / "terminal.svg"
TITLE: Final = "exp ls and exp diff on the project of exp demo"
COLUMNS: Final = 96
COMMANDS: Final = (
    ("ls", "experiment = squares and lr > 0.04", "--sort", "acc"),
    ("diff", "line-seed-1", ":/best so far"),
)
_PROMPT: Final = "\x1b[32m$\x1b[0m "


def picture(text: str) -> str:
    """The SVG of a captured text."""
    return svg(text, TITLE)


def captured(folder: Path) -> str:
    """Make the demo project in the folder, type the commands, and give the terminal's text with colours."""
    project = folder / "exp-demo"
    subprocess.run([*_EXP, "demo", str(project)], check=True, capture_output=True, env=_environ())
    shown = ((_PROMPT + "exp " + " ".join(map(_word, words)), printed(project, *words)) for words in COMMANDS)
    return "\n\n".join(f"{typed}\n{output}" for typed, output in shown) + "\n"


def printed(project: Path, *words: str) -> str:
    """What a command prints on a terminal of `COLUMNS` columns."""
    import pty

    master, slave = pty.openpty()
    with subprocess.Popen([*_EXP, *words], cwd=project, stdin=slave, stdout=slave, stderr=slave, env=_environ()):
        os.close(slave)
        text = _read_all(master)
    return text.replace("\r\n", "\n").replace(sys.executable, "python").rstrip("\n")


def without_chance(text: str) -> list[str]:
    """The lines without what differs from one demo to the next, and in an order that does not."""
    bare = plain(text)
    for pattern, replacement in _CHANCE:
        bare = re.sub(pattern, replacement, bare)
    return sorted(re.sub(" +", " ", line).strip() for line in bare.splitlines())


_CHANCE: Final = (
    (r"\b[a-z]+-[a-z]+-\d+\b", "NAME"),
    (r"(?<=→ )NAME \w{12}|\b[0-9a-z]{12}\b", "ID"),
    (r"^[0-9a-z]{4,12}(?= )|(?<=\n)[0-9a-z]{4,12}(?= )", "ID"),
    (r"<?\b[\d.]+m?s( ago)?\b|\bnow\b", "TIME"),
    (r"(?<=killed)(( +TIME)+) +\S+", r"\1 METRIC"),  # how far it had come when it was killed
    (r"\n[^\n]*\b\d+ system metrics? differs? too;[^\n]*", ""),  # a slow machine samples a run of more than 2 s
)
_EXP: Final = [sys.executable, "-m", "expbench"]


def _read_all(fd: int) -> str:
    pieces = []
    try:
        while piece := os.read(fd, 65536):
            pieces.append(piece)
    except OSError:
        pass  # Linux says so when the last writer has gone
    os.close(fd)
    return b"".join(pieces).decode()


def _environ() -> dict[str, str]:
    return {**os.environ, "COLUMNS": str(COLUMNS), "TERM": "xterm-256color", "LANG": "C.UTF-8"}


def _word(word: str) -> str:
    return f"'{word}'" if " " in word else word
