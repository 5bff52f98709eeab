"""How errors read: `error:` what happened, `cause:` why, `hint:` the next command; and the report of a bug.

A cause of several lines (a filter with a caret under its mistake) keeps its columns.
"""

from collections.abc import Sequence
from typing import Final

from expbench.errors import ExpError
from expbench.render.printable import printable
from expbench.render.style import PLAIN, Role, Style, paint

# A message is for reading: of a monstrous name, the beginning will do.
_LONGEST: Final = 4000
_SECRET_WORDS: Final = ("token", "secret", "password", "passwd", "key", "credential", "auth")


def error_text(error: ExpError, style: Style = PLAIN) -> str:
    """The lines of an expected failure; only those that are not empty."""
    parts: tuple[tuple[str, Role, str], ...] = (
        ("error", "bad", error.what),
        ("cause", "warn", error.cause),
        ("hint", "key", error.hint),
    )
    return "\n".join(_labelled(label, role, text, style) for label, role, text in parts if text)


def bug_text(version: str, python: str, platform: str, argv: Sequence[str], traceback: str, home: str = "") -> str:
    """The report of a bug, ready to be pasted: values behind `=` and the user's own command are left out of it."""
    trace = _without_home(traceback.rstrip("\n"), home)
    return "\n".join(
        [
            "error: this is a bug in exp, not a mistake of yours",
            "hint: please report it with the lines below",
            "",
            "```",
            f"exp {printable(version)}, Python {printable(python)}, {printable(platform)}",
            f"$ exp {printable(' '.join(masked(argv)))}".rstrip(),
            printable(trace.expandtabs(4), newlines=True),
            "```",
        ]
    )


def masked(argv: Sequence[str]) -> list[str]:
    """The words of a command line that may be shown to others: no values, nothing behind `--`."""
    shown: list[str] = []
    hide_next = False
    for index, word in enumerate(argv):
        if word == "--":
            return [*shown, "--", f"({len(argv) - index - 1} words)"]
        name, equals, _ = word.partition("=")
        shown.append("***" if hide_next else f"{name}=***" if equals else word)
        hide_next = word.startswith("-") and not equals and any(secret in word.lower() for secret in _SECRET_WORDS)
    return shown


def _labelled(label: str, role: Role, text: str, style: Style) -> str:
    more = "..." if len(text) > _LONGEST else ""
    lines = (text[:_LONGEST] + more).rstrip("\n").split("\n")
    first = f"{paint(f'{label}:', role, style)} {printable(lines[0])}".rstrip()
    blanks = " " * (len(label) + 2)
    return "\n".join([first, *(f"{blanks}{printable(line)}".rstrip() for line in lines[1:])])


def _without_home(text: str, home: str) -> str:
    return text.replace(home, "~") if len(home) > 1 else text
