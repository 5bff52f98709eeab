"""Where a command runs and who runs it: read from the process once, then handed down."""

import getpass
import os

from expbench.adapters.execution.audit.injecting import unwatched
from expbench.adapters.store.liveness import host_name
from expbench.bootstrap.workplace import Workplace
from expbench.services.recording import Surroundings


def surroundings(place: Workplace) -> Surroundings:
    """The current folder, the environment, the user and the host of this process."""
    cwd = os.getcwd()
    return Surroundings(
        cwd=cwd,
        place=os.path.relpath(os.path.realpath(cwd), os.path.realpath(place.project.root)),
        environ=unwatched(os.environ),
        user=_user(),
        host=host_name(),
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
