"""Consent: making somebody else's run again is running their code on this machine.

Own runs need no question. For all others a person at a terminal is shown what would run and asked; without a
terminal nothing runs unless the very snapshot was named. `--yes` answers other questions, never this one.
"""

import re
import shlex
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from expbench.domain.document import DataEntry, RunDocument
from expbench.errors import ExpError

_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SHOWN: Final = 20

# Shows the text, asks whether to go on, and gives the answer; None where there is no terminal.
Ask = Callable[[str], bool] | None


class Caller(NamedTuple):
    """Who wants to run it, and where."""

    user: str
    host: str


class Effects(NamedTuple):
    """What a rerun would do to this machine: packages to be installed (`numpy==2.1`), data to be downloaded."""

    packages: Sequence[str] = ()
    downloads: Sequence[DataEntry] = ()


class Refused(ExpError):
    """Nobody agreed to run foreign code."""


def is_own(document: RunDocument, caller: Caller) -> bool:
    """Whether the run was the caller's own, on this machine."""
    return bool(caller.user and caller.host) and (document["user"], document["host"]) == (caller.user, caller.host)


def consent(
    document: RunDocument, caller: Caller, effects: Effects, trust: str | None, ask: Ask, again: str = ""
) -> None:
    """Returns where the run may be made again. Raises `Refused` (exit 1) otherwise.

    `trust` must be the whole snapshot: a prefix of it can be forged. One that is wrong refuses, also at a terminal.
    `again` is the command to which the hint adds `--trust`.
    """
    again = again or f"exp repro {document['id']}"
    snapshot = document["code"]["snapshot"]
    if trust is not None:
        if _COMMIT.fullmatch(snapshot) and trust.lower() == snapshot:
            return
        if not is_own(document, caller):
            raise _refusal(document, again, f"--trust {escaped(trust)} is not its snapshot {escaped(snapshot)}")
    if is_own(document, caller):
        return
    text = request_text(document, effects)
    if ask is None:
        raise _refusal(document, again, f"there is no terminal to ask at\n{text}")
    if not ask(text):
        raise _refusal(document, again, "the answer was no")


def trust_for(document: RunDocument, trusted: Sequence[str]) -> str | None:
    """Of several commits that are trusted the run's own; where it is not among them, another one, to be refused."""
    own = [commit for commit in trusted if commit.lower() == document["code"]["snapshot"]]
    return next(iter([*own, *trusted]), None)


def request_text(document: RunDocument, effects: Effects) -> str:
    """What would be run, in lines that hold nothing a terminal could obey."""
    code = document["code"]
    commit = code["commit"] if code["commit"] != code["snapshot"] else None
    lines = [
        f"This run was made by {escaped(document['user'] or 'nobody known')} on {escaped(document['host'] or '?')}:",
        f"  origin     {escaped(code['remote'] or 'this repository has no remote')}",
        f"  snapshot   {escaped(code['snapshot'])}" + (f", uncommitted work on {escaped(commit)}" if commit else ""),
        f"  command    {command_text(document['command'])}",
        f"  in folder  {escaped(document['cwd'])}",
    ]
    lines += _list("installs", [escaped(package) for package in effects.packages])
    size = sum(entry["size"] for entry in effects.downloads)
    downloads = [f"{escaped(entry['path'])} ({entry['size']} bytes)" for entry in effects.downloads]
    lines += _list("downloads", [*downloads, f"{size} bytes in all"] if len(downloads) > 1 else downloads)
    return "\n".join(lines)


def command_text(argv: Sequence[str]) -> str:
    """The words as they could be typed in a shell; one that holds what does not print is quoted as `$'...'`."""
    return " ".join(shlex.quote(word) if word.isprintable() else f"$'{_spelled(word)}'" for word in argv)


def escaped(text: str) -> str:
    r"""The text in one line, with whatever does not print spelled out, such as `\x1b`."""
    return text if text.isprintable() else "".join(_spelled_letter(letter) for letter in text)


def _spelled(word: str) -> str:
    return "".join(f"\\{letter}" if letter in "\\'" else _spelled_letter(letter) for letter in word)


def _spelled_letter(letter: str) -> str:
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")


def _list(title: str, items: Sequence[str]) -> list[str]:
    more = [f"and {len(items) - _SHOWN} more"] if len(items) > _SHOWN else []
    shown = [*items[:_SHOWN], *more]
    return [f"  {title if place == 0 else '':10} {item}" for place, item in enumerate(shown)]


def _refusal(document: RunDocument, again: str, cause: str) -> Refused:
    hint = f"{again} --trust {escaped(document['code']['snapshot'])}"
    return Refused("foreign code was not run", cause, hint)
