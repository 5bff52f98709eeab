"""The page of several runs: differences only by default, words beside colours, nothing raw."""

import re
from copy import deepcopy

from expbench.domain.document import RunDocument
from expbench.domain.lineup import lineup
from expbench.render.lineup import hidden_text, lineup_text
from expbench.render.printable import width
from expbench.render.style import PLAIN, Style
from expbench.services.comparing import ALL_AXES, Sources, compare_all
from tests.render.documents import first_run, summary

SOURCES = Sources(lambda _a, _b: None, lambda _digest: None, lambda key: "max" if key == "acc" else "min")
COLOUR = PLAIN._replace(colour=True)


def variant(number: int, *, acc: float = 0.9712, lr: float = 0.1) -> RunDocument:
    run = deepcopy(first_run())
    run["id"], run["name"] = f"{number:012}", f"run-{number}"
    run["params"]["lr"] = lr
    run["command"] = ["python", "train.py", "--lr", str(lr)]
    run["metrics"]["acc"]["last"] = acc
    return run


def page(*runs: RunDocument, style: Style = PLAIN, everything: bool = False) -> list[str]:
    facts = lineup(runs, compare_all(runs, ALL_AXES, SOURCES))
    return lineup_text(facts, runs, [run["id"] for run in runs], style, everything=everything).splitlines()


def test_three_runs_differ_in_what_is_shown() -> None:
    lines = page(variant(1), variant(2, acc=0.98, lr=0.2), variant(3, acc=0.9, lr=0.2))
    assert lines[0] == "differ in params, metrics and command; same code, data and env"
    assert [line.split() for line in lines[3:]] == [
        ["params", "lr", "0.1", "0.2", "0.2"],
        ["metrics", "acc", "0.9712", "0.98", "+0.0088▲", "better", "0.9", "-0.0712▼", "worse"],
        ["command", "command", "…", "0.1", "…", "0.2", "…", "0.2"],
    ]


def test_many_runs_say_better_by_a_letter() -> None:
    lines = page(variant(1), variant(2, acc=0.98), variant(3), variant(4))
    assert lines[0].endswith("(b better, w worse)")
    assert "0.98 +0.0088▲ b" in lines[3]


def test_everything_shows_what_is_equal_too() -> None:
    assert not any("optimizer" in line for line in page(variant(1), variant(2), variant(3)))
    assert any("optimizer" in line for line in page(variant(1), variant(2), variant(3), everything=True))
    assert page(variant(1), variant(2)) == ["no difference in code, data, params, env, metrics and command"]


def test_colour_says_what_words_say() -> None:
    text = "\n".join(page(variant(1), variant(2, acc=0.98), variant(3, acc=0.9), style=COLOUR))
    assert re.search(r"\x1b\[32m[^\x1b]*better", text)
    assert re.search(r"\x1b\[31m[^\x1b]*worse", text)


def test_what_the_machine_says_is_counted_and_not_shown() -> None:
    one, other = variant(1), variant(2)
    one["metrics"]["system/cpu"] = summary(3.0, 1.0, 4.0)
    assert not any("system" in line for line in page(one, other))
    facts = lineup([one, other], compare_all([one, other], ALL_AXES, SOURCES))
    assert hidden_text(facts) == "1 system metric differ too; --all shows them"


def test_no_line_is_wider_than_the_style_and_nothing_is_raw() -> None:
    hostile = variant(3, lr=0.5)
    hostile["name"] = "\x1b]52;c;aGk=\x07[bold]\u202e漢字" * 50
    hostile["params"]["\x1b[31mk"] = "v\r\n\x9b2J"
    hostile["command"] = ["\x1b[2J"] * 40
    for cells in (1, 2, 10, 40, 80):
        lines = page(variant(1), hostile, style=PLAIN._replace(width=cells))
        assert max(map(width, lines)) <= max(cells, 8)
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202e]", "".join(lines))
