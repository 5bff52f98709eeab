"""The pictures in docs/images show what the dashboard draws today, each screen at three sizes; pages show them."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from expbench.tui.screens import SCREENS as PLACES
from tests.docs.pages import DOCS
from tests.tui.pictures import IMAGES, SCREENS, SHOTS, SIZES, Shot, taken, template_in

# Of `exp` in a terminal, made by `exp demo`.
OTHERS = {"terminal.svg", "terminal.txt"}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template_in(tmp_path_factory.mktemp("gallery"))


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_the_picture_is_up_to_date(shot: Shot, template: Path, tmp_path: Path) -> None:
    kept = shot.file.read_text(encoding="utf-8")
    assert ElementTree.fromstring(kept).tag.endswith("svg")
    assert taken(shot, template, tmp_path / "digits") == kept, "type: python -m tests.docs.generate dashboard"


def test_every_screen_is_there_at_three_sizes() -> None:
    assert [scene.name for scene in SCREENS] == [place.name for place in PLACES]
    assert len(SIZES) == 3


def test_no_picture_is_left_over_and_pages_show_each() -> None:
    kept = {file.name for file in IMAGES.iterdir()}
    assert kept == {shot.file.name for shot in SHOTS} | OTHERS
    pages = "".join(page.read_text(encoding="utf-8") for page in (*DOCS.glob("*.md"), DOCS.parent / "README.md"))
    assert [name for name in kept if f"images/{name})" not in pages and name.endswith(".svg")] == []
