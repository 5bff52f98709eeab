"""What tests of the bootstrap layer share."""

from pathlib import Path

import pytest

from expbench.bootstrap.workplace import Workplace, open_workplace
from tests.bootstrap.recorded import recorded


@pytest.fixture
def place(repository: Path) -> Workplace:
    """A project with one run that goes on."""
    place = open_workplace(str(repository))
    recorded(place, ended_at=None, status="running")
    return place
