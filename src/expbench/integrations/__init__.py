"""Frameworks' own hooks (callbacks, loggers) that log through the Python API.

One module a framework, named like it; each imports its framework, which is no dependency of `expbench`.
What must stay true of all of them:
- they use the API that any training code uses, and log to whichever run is active; they never end a run, so a run
  that they had to begin ends with the process
- they hold no run and no file, so that they can be copied, pickled and sent to workers
- nothing of recording is ever raised into training, and of several processes that train together only the first logs
"""

from typing import Final

import expbench

__all__ = ["current_run", "missing"]

# What is installed under another name than it is imported by.
_INSTALLED_AS: Final = {"sklearn": "scikit-learn"}


def current_run() -> "expbench.ActiveRun":
    """The active run, or one that begins now."""
    return expbench.active_run() or expbench.start_run()


def missing(package: str, error: ImportError) -> ImportError:
    """The error to raise where a framework can't be imported: what to install is in its words."""
    absent = (error.name or "").partition(".")[0] or package
    install = _INSTALLED_AS.get(absent, absent)
    return ImportError(f"this integration needs {package}: {error}; pip install {install}", name=error.name)
