"""The tabs that are pages: what `exp show` and `exp doctor` print, cut to the tab."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, cast

from expbench.domain.alarms import Alarm
from expbench.domain.document import RunDocument
from expbench.render.alarms import alarm_text
from expbench.render.blocks import block, inner
from expbench.render.doctor import checks_text
from expbench.render.show import show_text
from expbench.render.style import Style, paint
from expbench.render.table import Cell, Column, table
from expbench.services.checking import Check
from expbench.tui.views.lines import Line
from expbench.tui.views.painted import all_of, lines_of

LONGEST: Final = 4000  # characters of a text that are shown


class Findings(NamedTuple):
    """What was found out about a run beside its document; None while it is not known yet."""

    checks: Sequence[Check] | None = None
    alarms: Sequence[Alarm] = ()
    packages: dict[str, str] | None = None


def overview(document: RunDocument, findings: Findings, style: Style, now: str) -> list[Line]:
    """The run in short: how it went, what is alarming, what is pinned, the verdict, what it was made of."""
    alarms = [paint(alarm_text(alarm, style), "bad", style) for alarm in findings.alarms]
    return _joined(
        shown_of(document, ("head",), style, now),
        all_of(block("alarms", alarms, style)),
        shown_of(document, ("note", "verdict", "warnings"), style, now),
        _pinned(findings.checks, style),
        shown_of(document, ("command", "code", "data", "links"), style, now),
    )


def params(document: RunDocument, _findings: Findings, style: Style, now: str) -> list[Line]:
    """Every param with its value and where it came from."""
    return shown_of(document, ("params",), style, now)


def data(document: RunDocument, findings: Findings, style: Style, now: str) -> list[Line]:
    """The data version, every tracked path, and whether it can still be had."""
    told = [check for check in findings.checks or () if check.subject in ("data", "undeclared inputs")]
    return _joined(
        shown_of(document, ("data",), style, now), _pinned(told if findings.checks is not None else None, style)
    )


def env(document: RunDocument, findings: Findings, style: Style, now: str) -> list[Line]:
    """The interpreter, the machine, the variables, and every package."""
    return _joined(
        shown_of(document, ("env",), style, now), all_of(block("packages", _packages(findings, style), style))
    )


def _packages(findings: Findings, style: Style) -> list[str]:
    if findings.packages is None:
        return [paint("reading", "dim", style)]
    rows = [[Cell(name), Cell(version)] for name, version in sorted(findings.packages.items())]
    unknown = [paint("none are known", "dim", style)]
    return table([Column(""), Column("")], rows, inner(style), header=False) if rows else unknown


def _pinned(checks: Sequence[Check] | None, style: Style) -> list[Line]:
    if checks is None:
        return all_of(block("pinned", [paint("looking", "dim", style)], style))
    short = [Check(*(limited(part) for part in check)) for check in checks]
    lines = checks_text(short, inner(style)).split("\n") if short else []
    return all_of(block("pinned", lines, style))


def limited(value: Any) -> Any:  # noqa: ANN401  # any JSON value
    """The value with every text in it cut to a length that can be read on a screen; `exp show` has the rest."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST else f"{value[:LONGEST]} and {len(value) - LONGEST:,} characters more"
    if isinstance(value, list):
        return [limited(each) for each in value]
    if isinstance(value, dict):
        return {limited(key): limited(each) for key, each in value.items()}
    return value


def shown_of(document: RunDocument, sections: Sequence[str], style: Style, now: str) -> list[Line]:
    """Sections of `exp show`, its long texts cut."""
    short = limited({key: value for key, value in document.items() if key != "metrics"})
    whole = cast(RunDocument, {**short, "metrics": {}})
    return lines_of(show_text(whole, style, now=now, zone=None, sections=sections))


def _joined(*parts: list[Line]) -> list[Line]:
    """The parts that hold anything, a blank line between them."""
    lines: list[Line] = []
    for part in parts:
        if part:
            lines += [(), *part] if lines else part
    return lines
