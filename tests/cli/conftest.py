"""`exp` within this process, where the process itself doesn't matter: a tenth of the time."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from expbench.cli.main import run
from tests.cli.program import Outcome

Within = Callable[..., Outcome]


@pytest.fixture
def within(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Within]:
    """`within(folder, *words)` gives the outcome of `exp WORDS` there."""

    def call(cwd: Path, *words: str) -> Outcome:
        monkeypatch.chdir(cwd)
        capsys.readouterr()
        code = run(words)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    yield call
    gc.enable()  # a command of its own process switches it off
