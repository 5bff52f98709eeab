"""The report of a bug: what a person can paste, in place of a traceback."""

import os
import platform
import traceback
from collections.abc import Sequence

from expbench import __version__
from expbench.cli.output import narrate
from expbench.render.errors import bug_text


def narrate_bug(error: BaseException, argv: Sequence[str]) -> None:
    """Write the report to stderr."""
    trace = "".join(traceback.format_exception(error))
    home = os.path.expanduser("~")
    narrate(bug_text(__version__, platform.python_version(), platform.platform(), argv, trace, home))
