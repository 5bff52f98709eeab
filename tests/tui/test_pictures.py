"""The dashboard's pictures in docs/images show what it draws today."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.conftest import run_git
from tests.tui.pictures import IMAGES, SHOTS, Shot, taken


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_the_picture_is_up_to_date(shot: Shot, tmp_path: Path) -> None:
    root = tmp_path / "digits"
    root.mkdir()
    run_git(root, "init", "-q", "-b", "main")
    kept = (IMAGES / f"{shot.name}.svg").read_text(encoding="utf-8")
    assert ElementTree.fromstring(kept).tag.endswith("svg")
    assert taken(shot, root) == kept, "type: python -m tests.docs.generate dashboard"
