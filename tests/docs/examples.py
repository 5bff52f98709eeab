"""The examples of a Markdown page, and the machine that executes them as a reader would.

A page is one session in one empty folder: its blocks run in order, files and the current folder persist.

- ```console: lines that begin with `$ ` (continued by `> `) go to `sh`; the lines below are what it prints,
  stdout and stderr together, in either order. A command without such lines may print anything, but must not fail.
- ```toml file=exp.toml, ```python file=train.py: the block is written to that file.
- ```text, ```sh and all others are not executed.

In expected output `…` stands for any text within a line, a line of `…` alone for any number of lines, and a gap
for a gap of any width, since columns move with ids and times.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

COLUMNS: Final = "100"
TIMEOUT_S: Final = 150
_FENCE: Final = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# A slow machine samples what it is busy with, of runs that last: no page is about that unless it says so.
_SAMPLED: Final = re.compile(r"^[ ]+(?:system/|\d+ system metrics? ).*\n", re.MULTILINE)
_MARK: Final = "@@@ end of command"


class Command(NamedTuple):
    """A command of a `console` block: its line in the page, what is typed, and the lines that it shall print."""

    line: int
    typed: str
    expected: tuple[str, ...]


class File(NamedTuple):
    """A block to be written to a file."""

    line: int
    path: str
    content: str


class Printed(NamedTuple):
    """What a command printed, and its exit code."""

    out: str
    err: str
    code: int


Step = Command | File


def steps(page: str) -> list[Step]:
    """All that a reader of the page would do, in order."""
    return [step for block in _FENCE.finditer(page) for step in _steps_of(block, page)]


def _steps_of(block: "re.Match[str]", page: str) -> Iterator[Step]:
    line = page.count("\n", 0, block.start(3)) + 1
    if block[2]:
        yield File(line, block[2], block[3])
    elif block[1] == "console":
        yield from _commands(block[3].splitlines(), line)


def _commands(lines: Sequence[str], first_line: int) -> Iterator[Command]:
    starts = [number for number, text in enumerate(lines) if text.startswith("$ ")]
    assert starts[:1] == [0] or not lines, f"line {first_line}: a console block begins with a command"
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        more = next((n for n in range(start + 1, end) if not lines[n].startswith("> ")), end)
        typed = "\n".join(text[2:] for text in lines[start:more])
        yield Command(first_line + start, typed, tuple(lines[more:end]))


def execute(found: Sequence[Step], folder: Path) -> list[Printed]:
    """Do the steps in one shell, and give what each of its commands printed."""
    (folder / "bin").mkdir()
    (folder / "bin" / "exp").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m expbench "$@"\n')
    (folder / "bin" / "exp").chmod(0o755)
    work = folder / "work"
    work.mkdir()
    script = "\n".join([_PROLOGUE, *(_shell(step) for step in found)])
    path = os.pathsep.join((str(folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]))
    environ = {**os.environ, "PATH": path, "COLUMNS": COLUMNS, "LANG": "C.UTF-8"}
    done = subprocess.run(
        ["sh", "-c", script], cwd=work, env=environ, capture_output=True, timeout=TIMEOUT_S, check=False
    )
    return list(_printed(done.stdout.decode(), done.stderr.decode()))


# `end` gives the command's exit code on to the next one, so that `echo $?` works.
_PROLOGUE: Final = f"""exec </dev/null
end() {{ code=$?; echo '{_MARK}' "$code"; echo '{_MARK}' "$code" >&2; return "$code"; }}"""


def _shell(step: Step) -> str:
    if isinstance(step, File):
        return f"cat > {step.path} <<'END OF FILE'\n{step.content}END OF FILE"
    return f"{step.typed}\nend"


def _printed(out: str, err: str) -> Iterator[Printed]:
    outs, errs = list(_pieces(out)), list(_pieces(err))
    for (text, code), (narration, _) in zip(outs, errs, strict=True):
        yield Printed(text, narration, code)


def _pieces(output: str) -> Iterator[tuple[str, int]]:
    while output:
        text, mark, rest = output.partition(_MARK)
        assert mark, f"the shell ended early: {text}"
        code, _, output = rest.partition("\n")
        yield text, int(code)


def complaint(command: Command, printed: Printed) -> str:
    """What is wrong with the example, or an empty text when it is as the page says."""
    place = f"line {command.line}: $ {command.typed}"
    if not any("system" in line for line in command.expected):
        printed = printed._replace(out=_SAMPLED.sub("", printed.out))
    both = printed.err + printed.out
    if not command.expected:
        return f"{place}\nexit code {printed.code}:\n{both}" if printed.code else ""
    if fits(command.expected, printed.out + printed.err) or fits(command.expected, both):
        return ""
    expected = "\n".join(command.expected)
    return f"{place}\n--- the page says\n{expected}\n--- it prints\n{both}"


def fits(expected: Sequence[str], printed: str) -> bool:
    """Whether the output is what was expected, blanks at the ends apart."""
    pattern = "".join(_line_pattern(line) for line in _trimmed(expected))
    lines = [line.rstrip() for line in printed.splitlines()]
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _trimmed(lines))) is not None


def _trimmed(lines: Sequence[str]) -> list[str]:
    return "\n".join(line.rstrip() for line in lines).strip("\n").split("\n")


def _line_pattern(line: str) -> str:
    if line.strip() == "…":
        return r"(?:.*\n)*?"
    pieces = re.split(r"(…| {2,})", line)
    return (
        "".join(_PIECES.get(piece[:1], re.escape(piece)) if _is_wild(piece) else re.escape(piece) for piece in pieces)
        + r"\n"
    )


_PIECES: Final = {"…": ".*?", " ": " +"}


def _is_wild(piece: str) -> bool:
    return piece == "…" or (len(piece) > 1 and not piece.strip())
