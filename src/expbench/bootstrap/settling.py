"""The params of a recipe set in the params files of its work tree, one by one, where it names no snapshot for them.

What must stay true: what is recorded as params is what the tree's files and the command line then say.
"""

from expbench.adapters import files
from expbench.adapters.editing.params import set_params
from expbench.bootstrap.workplace import Workplace
from expbench.domain.params import argv_params, places, resolve_params
from expbench.domain.recipe import Impossible, Obstacle, Recipe
from expbench.domain.secrets import MASK
from expbench.errors import ExpError


def settled(inner: Workplace, recipe: Recipe) -> Recipe:
    """The recipe as it is in the work tree of `inner`, whose params files are written to.

    A param that the tree's files don't have stays out; one that only they have is as it is there. Raises `Impossible`
    where a value can't be set.
    """
    if recipe.params_snapshot is not None:
        return recipe
    try:
        root, named = inner.project.root, inner.settings.params_files
        there = places(files.read_params(root, recipe.cwd, named).documents)
        on_command_line = argv_params(recipe.command)
        wanted = {
            key: value
            for key, value in recipe.params.items()
            if key in there and key not in on_command_line and value != MASK
        }
        set_params(root, recipe.cwd, named, wanted)
        params, sources = resolve_params({}, recipe.command, files.read_params(root, recipe.cwd, named).documents)
    except ExpError as error:
        raise Impossible([Obstacle("params", None, f"{error.what}: {error.cause}", error.hint)]) from error
    for key, value in recipe.params.items():
        source = recipe.param_sources.get(key, "argv")
        if key in wanted or not source.startswith("file:"):
            params[key], sources[key] = value, source
    return recipe._replace(params=params, param_sources=sources)
