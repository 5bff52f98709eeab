"""The table: what was measured, beside what, the ratio, the target, and whether it was met."""

from typing import NamedTuple


class Row(NamedTuple):
    """One line of the table; `ratio` and `met` are None where there is nothing to compare or no target."""

    what: str
    beside: str
    value: str
    reference: str
    ratio: float | None
    target: str = ""
    met: bool | None = None
    note: str = ""


def ratio_row(what: str, beside: str, value: float, reference: float, *, at_most: float, unit: str = "ms") -> Row:
    """A row whose value may be `at_most` times its reference; both in the unit."""
    ratio = value / reference if reference else float("inf")
    return Row(what, beside, _shown(value, unit), _shown(reference, unit), ratio, f"<= {at_most:g}", ratio <= at_most)


def gain_row(what: str, beside: str, value: float, reference: float, *, at_least: float, unit: str = "ms") -> Row:
    """A row whose reference, a peer, must need `at_least` so many times the value."""
    ratio = reference / value if value else float("inf")
    return Row(
        what, beside, _shown(value, unit), _shown(reference, unit), ratio, f">= {at_least:g}", ratio >= at_least
    )


def limit_row(what: str, value: float, limit: float, unit: str) -> Row:
    """A row that is held against a fixed limit."""
    return Row(what, "", _shown(value, unit), "", None, f"<= {limit:g} {unit}", value <= limit)


def skipped_row(what: str, reason: str) -> Row:
    """A row that could not be measured, with the reason in words."""
    return Row(what, f"skipped: {reason}", "", "", None)


def line(row: Row) -> str:
    """The row as one line of the table."""
    ratio = "" if row.ratio is None else f"{_times(row.ratio)}x"
    verdict = {True: "met", False: "MISSED", None: ""}[row.met]
    cells = f"{row.value:>10} {row.reference:>10} {ratio:>8} {row.target:>9}  {verdict:<6}"
    return f"{row.what:<46} {row.beside:<22} {cells}  {row.note}".rstrip()


def heading() -> str:
    """The first line of the table."""
    return f"{'what':<46} {'beside':<22} {'it':>10} {'other':>10} {'ratio':>8} {'target':>9}"


MARKDOWN_HEAD = (
    "| what | beside | ratio | target | | killed; started; stored |\n| --- | --- | ---: | ---: | --- | --- |\n"
)


def markdown(row: Row) -> str:
    """The row as one line of a Markdown table: times as ratios only, since they belong to one machine."""
    measured = row.value if row.ratio is None else _times(row.ratio)
    verdict = {True: "met", False: "**missed**", None: ""}[row.met]
    return f"| {row.what} | {row.beside} | {measured} | {row.target} | {verdict} | {row.note} |\n"


def _times(ratio: float) -> str:
    return f"{ratio:.2g}" if ratio < 0.1 else f"{ratio:,.1f}"


def _shown(value: float, unit: str) -> str:
    return f"{value:,.1f} {unit}"
