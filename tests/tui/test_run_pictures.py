"""The pictures of the run screen show what the screen shows."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.tui.run_pictures import WANTED, Wanted, drawn, file_of, project

TSPAN = "{http://www.w3.org/2000/svg}tspan"


def words_of(svg: str) -> str:
    return " ".join(span.text or "" for span in ElementTree.fromstring(svg).iter(TSPAN))


@pytest.mark.parametrize("wanted", WANTED, ids=lambda wanted: "x".join(map(str, wanted.size)))
def test_the_pictures_can_be_made_anew(tmp_path: Path, wanted: Wanted) -> None:
    (tmp_path / "digits").mkdir()
    made = words_of(drawn(project(tmp_path / "digits"), wanted))
    kept = words_of(file_of(wanted).read_text(encoding="utf-8"))
    for word in (*wanted.words, wanted.tab):
        assert word in made
        assert word in kept, "type: python -m tests.docs.generate dashboard"
