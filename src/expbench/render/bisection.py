"""The page of `exp bisect`: what was measured, in the order of history, and as its last line the commit found."""

from collections.abc import Mapping, Sequence
from typing import Final

from expbench.domain.bisecting import Bisection, MeasuredCommit
from expbench.render.blocks import paragraph
from expbench.render.printable import clip
from expbench.render.style import Role, Style, sign
from expbench.render.table import Cell, Column, Row, numeric, table
from expbench.render.values import counted, number

_COMMIT: Final = 10
_ROLES: Final[Mapping[str, Role]] = {"good": "good", "bad": "bad", "skip": "warn"}
_WORDS: Final[Mapping[str, str]] = {"good": "good", "bad": "bad", "skip": "passed over"}


def bisection_text(found: Bisection, subjects: Mapping[str, str], style: Style, short: Mapping[str, str]) -> str:
    """The whole page, without a final newline. No line is wider than the style's width."""
    rows = [_row(each, subjects, short) for each in found["measured"]]
    columns = [Column("commit", shrinks=False), numeric(found["metric"]), *map(Column, ("", "run", "subject"))]
    return "\n".join(
        [*table(columns, rows, style), *_passed_over(found, style), "", _last_line(found, subjects, style)]
    )


def _row(each: MeasuredCommit, subjects: Mapping[str, str], short: Mapping[str, str]) -> Row:
    run = each["run"] or ""
    return [
        Cell(each["commit"][:_COMMIT], "id"),
        Cell(number(each["value"])),
        Cell(_WORDS[each["answer"]], _ROLES[each["answer"]]),
        Cell(short.get(run, run), "id"),
        Cell(subjects.get(each["commit"], "")),
    ]


def _passed_over(found: Bisection, style: Style) -> list[str]:
    """Why commits could not be judged, and which of them may be the one as well."""
    lines: list[str] = []
    for each in found["measured"]:
        if each["answer"] == "skip":
            log = f": exp log {each['run']}" if each["run"] else ""
            lines += paragraph(f"{each['commit'][:_COMMIT]} can't be judged: {each['why']}{log}", style, "warn")
    if found["others"]:
        lines += paragraph(f"so it may be {_one_of(found['others'])} as well", style, "warn")
    return ["", *lines] if lines else []


def _one_of(commits: Sequence[str]) -> str:
    names = [commit[:_COMMIT] for commit in commits]
    return names[0] if len(names) == 1 else f"one of {counted(len(names), 'commit')}: {', '.join(names)}"


def _last_line(found: Bisection, subjects: Mapping[str, str], style: Style) -> str:
    """The commit comes first, without colour: scripts read it."""
    commit = found["commit"]
    return clip(f"{commit} {subjects.get(commit, '')}".rstrip(), style.width, sign("ellipsis", style))
