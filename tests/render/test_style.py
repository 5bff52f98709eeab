"""What an output is like: colour, width and signs, as its stream and environment say."""

import pytest

from expbench.render.style import PLAIN, UNLIMITED, Style, paint, sign, style_for

TERMINAL = {"TERM": "xterm-256color", "LANG": "en_US.UTF-8"}


@pytest.mark.parametrize(
    ("isatty", "environ", "colour"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"CLICOLOR_FORCE": "1"}, True),
        (True, {"FORCE_COLOR": "0"}, False),
        (False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (True, {"TERM": ""}, False),
        (True, {"CLICOLOR": "0"}, False),
        (False, {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
    ],
)
def test_colour(isatty: bool, environ: dict[str, str], colour: bool) -> None:
    assert style_for(isatty, {**TERMINAL, **environ}, 80).colour is colour


def test_a_terminal_without_a_name_gets_no_colour() -> None:
    assert not style_for(True, {"LANG": "en_US.UTF-8"}, 80).colour


@pytest.mark.parametrize(
    ("isatty", "wish", "columns", "width"),
    [
        (True, None, 120, 120),
        (True, None, None, 80),
        (True, None, 0, 80),
        (False, None, 120, UNLIMITED),
        (True, "40", 120, 40),
        (False, "40", None, 40),
        (True, "1", 120, 1),
        (True, "0", 120, 120),
        (True, "-5", 120, 120),
        (True, "wide", 120, 120),
        (True, "٣", 120, 120),
        (True, "9" * 30, 120, 120),
    ],
)
def test_width(isatty: bool, wish: str | None, columns: int | None, width: int) -> None:
    environ = TERMINAL if wish is None else {**TERMINAL, "COLUMNS": wish}
    assert style_for(isatty, environ, columns).width == width


@pytest.mark.parametrize(
    ("environ", "unicode"),
    [
        ({}, True),
        ({"LANG": "C"}, False),
        ({"LANG": "POSIX"}, False),
        ({"LANG": "C.UTF-8"}, True),
        ({"LANG": "de_DE.utf8"}, True),
        ({"LANG": "de_DE.ISO-8859-1"}, False),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "C"}, False),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False),
        ({"LC_CTYPE": "C.UTF-8"}, True),
        ({"LANG": "C", "LC_ALL": "C.UTF-8"}, True),
    ],
)
def test_signs_beyond_ascii(environ: dict[str, str], unicode: bool) -> None:
    """Python itself sets LC_CTYPE when the locale is C; that is no wish of the user's."""
    assert style_for(True, environ, 80).unicode is unicode


def test_paint_colours_only_where_there_is_colour() -> None:
    assert paint("good", "good", PLAIN) == "good"
    assert paint("good", "good", Style(True, 80, True)) == "\x1b[32mgood\x1b[0m"
    assert paint("", "good", Style(True, 80, True)) == ""
    assert paint("none", None, Style(True, 80, True)) == "none"


def test_every_sign_has_a_spelling_in_ascii_and_each_status_its_own_letter() -> None:
    ascii_only = Style(False, 80, False)
    statuses = ["queued", "running", "finished", "failed", "killed", "lost"]
    letters = [sign(status, ascii_only) for status in statuses]
    assert "".join(letters).isascii()
    assert len(set(letters)) == len(statuses)
    assert sign("arrow", ascii_only) == "->"
