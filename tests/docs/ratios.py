"""The README's numbers: the ratios that `make bench` printed, put between the page's two bench marks.

    make bench | tee bench.txt; python -m tests.docs.ratios bench.txt

Ratios of processor time only: milliseconds belong to one machine. Other rows (skipped, bytes, limits) are left out.
"""

import re
import sys
from pathlib import Path
from typing import Final

from bench.report import heading
from tests.docs.pages import README

START, END = "<!-- bench -->\n", "<!-- /bench -->"
_RATIO: Final = re.compile(r" [mu]s +([\d,.]+)x +(<=|>=)")
_HEAD: Final = """\
Processor time of whole processes, as ratios within one run of `make bench`:

| what | needs |
| --- | --- |
"""


def table(printed: str) -> str:
    """The table of all rows that have a ratio."""
    beside = heading().index("beside")
    rows = [_row(line, found, beside) for line in printed.splitlines() if (found := _RATIO.search(line))]
    assert rows, "this is no output of make bench"
    return _HEAD + "".join(rows)


def _row(line: str, found: "re.Match[str]", beside: int) -> str:
    what, reference = line[:beside].strip(), re.split(r" {2,}", line[beside:].strip())[0]
    typed, comma, circumstances = what.partition(", ")
    part = f"{found[1]} times" if found[2] == "<=" else f"1 / {found[1]} of"
    return f"| `{typed}`{comma}{circumstances} | {part} {reference} |\n"


def filled(page: str, printed: str) -> str:
    """The page with a new table between its marks."""
    head, start, rest = page.partition(START)
    _, end, tail = rest.partition(END)
    assert start, "the page has no mark where the numbers begin"
    assert end, "the page has no mark where they end"
    return head + start + table(printed) + end + tail


if __name__ == "__main__":
    text = Path(sys.argv[1]).read_text(encoding="utf-8")
    README.write_text(filled(README.read_text(encoding="utf-8"), text), encoding="utf-8")
