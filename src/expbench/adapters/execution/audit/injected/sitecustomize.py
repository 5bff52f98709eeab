"""Runs in every Python that a run starts, of whatever version: begins to note which files are read, then makes way
for the `sitecustomize` that would have run without it.

Anything that goes wrong here must leave the program as it was.
"""

import sys

# Any Python from 3.8 on has audit hooks; an older one must be able to read this file, too.
_here = __file__.replace("\\", "/").rpartition("/")[0]
sys.path[:] = [place for place in sys.path if place != _here]
if sys.version_info >= (3, 8):  # noqa: UP036
    sys.path.insert(0, _here)
    try:
        import _exp_reads  # type: ignore[import-not-found]  # found in this folder

        _exp_reads.install()
    except (ImportError, OSError, RuntimeError, SyntaxError, TypeError, ValueError):
        pass  # a program must never fail for being watched
    finally:
        sys.path.remove(_here)
        sys.modules.pop("_exp_reads", None)

_own = sys.modules.pop("sitecustomize", None)
try:
    import sitecustomize  # type: ignore[import-not-found]  # noqa: F401  # the one that this one stood before
except ImportError:
    # None to make way for, or one that fails to import something: `site` tells that apart by the error's name.
    if getattr(sys.exc_info()[1], "name", "sitecustomize") != "sitecustomize":
        raise
finally:
    if _own is not None:
        sys.modules.setdefault("sitecustomize", _own)
