"""Errors for people, and the report of a bug."""

import pytest

from expbench.errors import ExpError, UsageError
from expbench.render.errors import bug_text, error_text, masked
from expbench.render.style import Style
from tests.render.test_printable import raw


def test_what_cause_and_hint_each_have_a_line() -> None:
    error = ExpError("there is no run abcd", "the store holds 12 runs", "exp ls")
    assert error_text(error) == "error: there is no run abcd\ncause: the store holds 12 runs\nhint: exp ls"


def test_what_is_not_known_takes_no_line() -> None:
    assert error_text(ExpError("it failed")) == "error: it failed"


def test_a_caret_stays_under_its_mistake() -> None:
    error = UsageError("the filter can't be read", "metrcs.acc > 1\n^^^^^^ did you mean metrics?")
    assert error_text(error).splitlines() == [
        "error: the filter can't be read",
        "cause: metrcs.acc > 1",
        "       ^^^^^^ did you mean metrics?",
    ]


def test_colour_is_on_the_labels_only() -> None:
    text = error_text(ExpError("bad", hint="exp ls"), Style(True, 80, True))
    assert text == "\x1b[31merror:\x1b[0m bad\n\x1b[36mhint:\x1b[0m exp ls"


def test_hostile_and_monstrous_texts_are_tamed() -> None:
    text = error_text(ExpError("no run \x1b]52;c;x\x07\u202e", "x" * 1_000_000, "exp ls"))
    assert raw(text, newlines=True) == []
    assert len(text) < 5000


def test_a_bug_report_can_be_pasted_and_tells_no_secret() -> None:
    argv = ["run", "-P", "token=abc", "--", "python", "--password", "x"]
    trace = 'Traceback (most recent call last):\n  File "/home/ann/x.py", line 1, in f\nValueError: \x1b'
    text = bug_text("0.1.0", "3.11.7", "Linux-6.1", argv, trace, "/home/ann")
    assert text.splitlines() == [
        "error: this is a bug in exp, not a mistake of yours",
        "hint: please report it with the lines below",
        "",
        "```",
        "exp 0.1.0, Python 3.11.7, Linux-6.1",
        "$ exp run -P token=*** -- (3 words)",
        "Traceback (most recent call last):",
        '  File "~/x.py", line 1, in f',
        "ValueError: \\x1b",
        "```",
    ]


@pytest.mark.parametrize(
    ("argv", "shown"),
    [
        ([], []),
        (["ls", "acc > 0.9"], ["ls", "acc > 0.9"]),
        (["run", "--api-key", "abc", "-n", "3"], ["run", "--api-key", "***", "-n", "3"]),
        (["run", "--note=secret"], ["run", "--note=***"]),
        (["run", "--"], ["run", "--", "(0 words)"]),
    ],
)
def test_masked(argv: list[str], shown: list[str]) -> None:
    assert masked(argv) == shown
