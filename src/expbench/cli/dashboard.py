"""The dashboard of the project here: what `exp tui` is, and bare `exp` at a terminal."""

import os

from expbench.adapters.user_settings import read_user_settings, section
from expbench.cli.surroundings import style, workplace
from expbench.tui.starting import start


def start_dashboard() -> int:
    """Show it, and give the exit code."""
    place, own = workplace(), read_user_settings(os.environ)
    return start(place, style(), section(own, "keys"), section(own, "tui").get("theme"))
