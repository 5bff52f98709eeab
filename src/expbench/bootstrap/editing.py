"""The params files as one run has them, for its snapshot; the user's own stay as they are."""

from collections.abc import Mapping

from expbench.adapters.editing.params import edited_params
from expbench.adapters.git.ignoring import ignored_paths
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import ParamValue
from expbench.errors import UsageError


def edits(place: Workplace, folder: str, params: Mapping[str, ParamValue]) -> Mapping[str, bytes]:
    """The new contents by path. Raises `UsageError` where a value can't be set, or git ignores the file.

    What git ignores is in no snapshot, and may hold what is to stay out of one.
    """
    root = place.project.root
    contents = edited_params(root, folder, place.settings.params_files, params)
    ignored = ignored_paths(root, list(contents))
    if ignored:
        what = f"the params in {ignored[0]} can't be set for one run"
        cause = f"git ignores {ignored[0]}, so no snapshot holds it"
        raise UsageError(what, cause, f"git check-ignore -v {ignored[0]}")
    return contents
