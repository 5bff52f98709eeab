"""The page of a search for a commit."""

import pytest

from expbench.domain.bisecting import Bisection, Found, Limit, Measured, bisection
from expbench.render.bisection import bisection_text
from expbench.render.style import PLAIN, Style
from tests.render.test_nothing_raw import assert_harmless

COMMITS = [f"{place:040x}" for place in range(1, 6)]
SUBJECTS = {commit: f"change {place}" for place, commit in enumerate(COMMITS)}
SHORT = {"7k3fq2m8x1bc": "7k3f"}


def document(others: list[str] | None = None) -> Bisection:
    known = {
        COMMITS[0]: Measured(0.91, "7k3fq2m8x1bc"),
        COMMITS[2]: Measured(None, "9x2mv5t0aaaa", "failed"),
        COMMITS[3]: Measured(None, None, "data/raw.csv is lost"),
        COMMITS[4]: Measured(float("nan"), "9x2mv5t0aaab"),
    }
    return bisection("acc", COMMITS, Found(COMMITS[4], others or []), known, Limit("below", 0.5))


def test_the_whole_page() -> None:
    assert (
        bisection_text(document([COMMITS[2], COMMITS[3]]), SUBJECTS, PLAIN, SHORT)
        == f"""\
commit       acc               run           subject
0000000000  0.91  good         7k3f          change 0
0000000000     -  passed over  9x2mv5t0aaaa  change 2
0000000000     -  passed over                change 3
0000000000   NaN  bad          9x2mv5t0aaab  change 4

0000000000 can't be judged: failed: exp log 9x2mv5t0aaaa
0000000000 can't be judged: data/raw.csv is lost
so it may be one of 2 commits: 0000000000, 0000000000 as well

{COMMITS[4]} change 4"""
    )


@pytest.mark.parametrize("width", [1, 20, 43, 60, 80])
def test_no_line_is_wider_and_nothing_raw_comes_through(width: int) -> None:
    style = Style(True, width, True)
    page = bisection_text(document(), dict.fromkeys(COMMITS, "\x1b[2J\n\u202e" + "long " * 40), style, {})
    assert_harmless(page, style)
    if width >= 43:
        assert page.splitlines()[-1].startswith(COMMITS[4] + " ")
