"""What `render` paints becomes spans with the same text and the same looks."""

import pytest

from expbench.render.preview import shaded
from expbench.render.style import Role, Style, paint
from expbench.tui.views.lines import Paint, Span, line, shifted, text_of
from expbench.tui.views.painted import all_of, lines_of, spans_of

COLOURED = Style(colour=True, width=80, unicode=True)


@pytest.mark.parametrize("role", ["good", "bad", "warn", "dim", "heading", "key", "id"])
def test_roles_come_back(role: Role) -> None:
    assert spans_of(f"a {paint('b', role, COLOURED)} c") == (Span("a "), Span("b", role), Span(" c"))


@pytest.mark.parametrize(
    ("role", "look"), [("added", "good"), ("removed", "bad"), ("live", "key"), ("label", "heading")]
)
def test_roles_of_the_same_colour_look_alike(role: Role, look: Role) -> None:
    assert spans_of(paint("x", role, COLOURED)) == (Span("x", look),)


def test_shades() -> None:
    assert spans_of(shaded("▀", 3, 200) + shaded("x", 16, 231)) == (
        Span("▀", Paint(3, 200)), Span("x", Paint(16, 231)),
    )  # fmt: skip


def test_plain_text_and_pages() -> None:
    assert spans_of("plain [red]") == (Span("plain [red]"),)
    assert lines_of("") == []
    assert [text_of(each) for each in lines_of("a\n\nb")] == ["a", "", "b"]
    assert len(all_of(["a", "b"])) == 2


def test_an_unknown_code_is_no_look() -> None:
    assert spans_of("\x1b[99mx\x1b[0m") == (Span("x"),)


def test_a_line_moved_to_the_left() -> None:
    spans = line(("abc", "key"), "defg")
    assert text_of(shifted(spans, 0)) == "abcdefg"
    assert shifted(spans, 2)[0] == Span("c", "key")
    assert text_of(shifted(spans, 5)) == "fg"
    assert text_of(shifted(spans, 99)) == ""
    assert text_of(shifted(line("a\x1b中b"), 5)) == "中b"
