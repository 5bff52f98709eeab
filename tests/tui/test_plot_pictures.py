"""The pictures of the plot and compare screens show what the screens show, at three sizes."""

from pathlib import Path

import pytest

from tests.tui.plot_pictures import WANTED, Wanted, drawn, file_of, project
from tests.tui.test_run_pictures import words_of


@pytest.mark.parametrize("wanted", WANTED, ids=lambda wanted: f"{wanted.name}-{wanted.size[0]}")
def test_the_pictures_can_be_made_anew(tmp_path: Path, wanted: Wanted) -> None:
    (tmp_path / "digits").mkdir()
    made = " ".join(words_of(drawn(project(tmp_path / "digits"), wanted)).split())
    kept = " ".join(words_of(file_of(wanted).read_text(encoding="utf-8")).split())
    for word in wanted.words:
        assert " ".join(word.split()) in made
        assert " ".join(word.split()) in kept, "type: python -m tests.docs.generate dashboard"
