"""Every example of README.md and docs/ does what the page says."""

from pathlib import Path

import pytest

from tests.docs.examples import Command, complaint, execute, steps
from tests.docs.pages import PAGES, ROOT

EXECUTED = [path for path in PAGES if "```console" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", EXECUTED, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_examples_of_the_page_do_what_it_says(path: Path, tmp_path: Path) -> None:
    found = steps(path.read_text(encoding="utf-8"))
    commands = [step for step in found if isinstance(step, Command)]
    printed = execute(found, tmp_path)
    complaints = [complaint(command, one) for command, one in zip(commands, printed, strict=True)]
    assert not any(complaints), "\n\n".join(filter(None, complaints))
