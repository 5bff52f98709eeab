"""What `exp doctor` found: a line a check, long words wrapped beside their subject, hints whole."""

from expbench.render.doctor import checks_text
from expbench.render.printable import width
from expbench.render.style import PLAIN, Style
from expbench.services.checking import Check
from tests.render.test_printable import raw

CHECKS = [
    Check("code", "ok", "it is kept", "never shown"),
    Check("undeclared inputs", "weak", "what it read is not known: no process of Python told it", "dvc add data"),
    Check("data", "bad", "it is lost", "git fsck"),
]


def test_a_line_a_check_and_its_hint() -> None:
    assert checks_text(CHECKS, PLAIN).splitlines() == [
        "✓ code               it is kept",
        "~ undeclared inputs  what it read is not known: no process of Python told it",
        "                     hint: dvc add data",
        "✗ data               it is lost",
        "                     hint: git fsck",
    ]


def test_long_words_are_wrapped_beside_their_subject() -> None:
    narrow = Style(colour=False, width=50, unicode=True)
    lines = checks_text(CHECKS, narrow).splitlines()
    assert lines[1:4] == [
        "~ undeclared inputs  what it read is not known: no",
        "                     process of Python told it",
        "                     hint: dvc add data",
    ]
    assert all(width(line) <= 50 for line in lines)


def test_signs_in_ascii() -> None:
    assert checks_text(CHECKS, PLAIN._replace(unicode=False)).splitlines()[0].startswith("ok code ")


def test_words_of_data_are_printable() -> None:
    evil = "x\x1b[2J\u202e\n" * 50
    for style in (PLAIN, Style(colour=False, width=1, unicode=False)):
        assert raw(checks_text([Check("data", "bad", evil, evil)], style), newlines=True) == []
