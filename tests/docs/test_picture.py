"""The README's picture shows what `exp` prints today, and is made the same way each time."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.docs.picture import SVG_FILE, TEXT_FILE, captured, picture, without_chance
from tests.docs.svg import FOREGROUND, cells, plain, svg

AGAIN = "type: python -m tests.docs.generate picture"


def test_the_picture_is_made_of_the_text_beside_it() -> None:
    assert SVG_FILE.read_text(encoding="utf-8") == picture(TEXT_FILE.read_text(encoding="utf-8")), AGAIN


@pytest.mark.slow
def test_the_demo_prints_this_today_chance_apart(tmp_path: Path) -> None:
    kept = without_chance(TEXT_FILE.read_text(encoding="utf-8"))
    assert without_chance(captured(tmp_path)) == kept, AGAIN


def test_chance_is_ids_names_times_and_order() -> None:
    a = "\x1b[2mid\x1b[0m    name\n4dkf  mad-fox-12   ✓ finished  2s ago  0.05s  0.9\n"
    a += "9abc  squares  ✓ finished  now  1.2s  0.8\n"
    b = "id  name\n7kqp3  squares  ✓ finished  3s ago  <0.01s  0.8\nzzzz  old-cow-999  ✓ finished  now  3ms  0.9\n"
    assert without_chance(a) == without_chance(b)
    assert without_chance(a) == without_chance(f"{b}         8 system metrics differ too; --all shows them\n")
    assert without_chance(a) != without_chance(b.replace("0.9", "0.7"))


def test_the_svg_holds_the_text_and_its_colours() -> None:
    root = ElementTree.fromstring(svg("a \x1b[1;31m<b>\x1b[0m  \x1b[2mc\x1b[0m\n\n日 d", "title"))
    spans = list(root.iter("{http://www.w3.org/2000/svg}tspan"))
    assert ["".join(span.itertext()) for span in spans] == ["a", "<b>", "c", "日 d"]
    assert spans[0].get("fill") == FOREGROUND
    assert spans[1].get("font-weight") == "bold"
    assert spans[2].get("x") == f"{16 + 7 * 8.4:.1f}"


def test_a_sequence_that_is_no_colour_is_an_error() -> None:
    with pytest.raises(AssertionError, match="no colour"):
        svg("\x1b[2J", "title")


def test_widths_are_those_of_a_terminal() -> None:
    assert cells("日本") == 4
    assert plain("\x1b[32mok\x1b[0m") == "ok"
