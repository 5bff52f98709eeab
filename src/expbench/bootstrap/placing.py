"""A command made to work in a private work tree as it would have worked in the user's own: its words, its folder, its
environment.

What must stay true: no word of it leads back into the user's tree, programs that git doesn't know apart.
"""

import os
from collections.abc import Sequence

from expbench.adapters.environment.building import Environment
from expbench.adapters.environment.using import in_environment
from expbench.adapters.git.process import is_local
from expbench.bootstrap.replaying import placed_command
from expbench.errors import ExpError
from expbench.services.recording import Surroundings


def placed(
    argv: Sequence[str], around: Surroundings, environment: Environment, root: str, tree: str, home: str = ""
) -> tuple[list[str], Surroundings]:
    """The command and its surroundings in `tree` (a real path) in place of `root`; `around.place` is its folder.

    A program that the tree lacks is that of the folder `home`, where one is given. Raises `ExpError`.
    """
    words, environ = in_environment(environment, argv, around.environ, root, tree, activate=not home)
    if environment.how in ("same", "current") and "VIRTUAL_ENV" not in around.environ:
        environ.pop("VIRTUAL_ENV", None)  # an environment used as it is isn't activated where it wasn't
    # A hook's own variables would lead git in there to the user's index.
    environ = {name: value for name, value in environ.items() if not is_local(name)}
    cwd = _made_folder(tree, around.place)
    words = placed_command(words, os.path.realpath(root), tree, cwd, environ, home)
    return words, around._replace(cwd=cwd, environ={**environ, "PWD": cwd})


def _made_folder(tree: str, place: str) -> str:
    """The folder that the command ran in; git keeps no empty ones, so it may have to be made."""
    folder = os.path.normpath(os.path.join(tree, place))
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise ExpError("the command can't be run", f"its folder {place} can't be made: {error.strerror}") from error
    return folder
