"""A recorded command and its variables, made to fit another tree than the one that they were recorded in.

What must stay true: no word of the command leads back into the user's own tree, its program apart.
"""

import os
import re
from collections.abc import Mapping, Sequence

from expbench.adapters.environment.interpreter import look_up
from expbench.adapters.environment.variables import recorded_variables
from expbench.domain.recipe import replayed_variables
from expbench.domain.secrets import MASK

_PATHS = "PYTHONPATH"


def replayed_environ(
    environ: Mapping[str, str], variables: Mapping[str, str], tree: str, added: Sequence[str]
) -> dict[str, str]:
    """The environment with the recorded `variables`, and without those that would be recorded now but were not then.

    `added` are the names that the settings record beside the usual ones. A value that was masked stays as it is now.
    """
    now = replayed_variables(recorded_variables(environ, tree, added))
    kept = {name: value for name, value in environ.items() if name not in now or name in variables}
    told = {name: value for name, value in variables.items() if MASK not in value}
    if _PATHS in told:
        told[_PATHS] = os.pathsep.join(_inside(tree, part) for part in told[_PATHS].split(os.pathsep))
    return {**kept, **told}


def moved_environ(environ: Mapping[str, str], root: str, tree: str, added: Sequence[str]) -> dict[str, str]:
    """The environment with `root` replaced in those variables that are recorded, `added` names among them.

    The virtual environment is the user's own: it stays where it is.
    """
    names = [name for name in recorded_variables(environ, root, added) if name in environ and name != "VIRTUAL_ENV"]
    return {**environ, **{name: _moved(environ[name], root, tree) for name in names}}


def placed_command(
    argv: Sequence[str], root: str, tree: str, cwd: str, environ: Mapping[str, str], home: str = ""
) -> list[str]:
    """The command with absolute paths into `root` turned into those of `tree`.

    A program that the tree lacks, such as one of a virtual environment that git ignores, is that of the folder
    `home`, where one is given and has it; else it is looked up by its name.
    """
    words = [_moved(word, root, tree) for word in argv]
    if words and "/" in words[0] and not os.path.lexists(os.path.join(cwd, words[0])):
        own = os.path.normpath(os.path.join(home, argv[0]))
        is_there = bool(home) and os.path.lexists(own)
        words[0] = own if is_there else look_up(os.path.basename(words[0]), cwd, environ) or argv[0]
    return words


def _moved(word: str, root: str, tree: str) -> str:
    """The word with the root in it, at its beginning or behind `=`, `:` or `,`, replaced; the tree lies below it."""
    return re.sub(
        rf"(^|[=:,]){re.escape(root)}(?=[/:,]|$)(?!{re.escape(tree[len(root) :])})", rf"\g<1>{_plain(tree)}", word
    )


def _plain(text: str) -> str:
    return text.replace("\\", "\\\\")


def _inside(tree: str, part: str) -> str:
    return os.path.join(tree, part) if part else part
