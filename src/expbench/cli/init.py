"""`exp init`: make `.exp/` and a commented `exp.toml`."""

import os
from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.output import narrate
from expbench.cli.place import workplace


@command(
    examples="""
    exp init
    exp init --hooks
    """
)
def init(
    hooks: Annotated[bool, typer.Option("--hooks", help="Install the git hooks, too: exp hooks install.")] = False,
) -> None:
    """Make .exp/ and a commented exp.toml; safe to repeat."""
    from expbench.domain.settings import DEFAULT_TOML

    place = workplace()
    was_there = os.path.isdir(place.project.exp_dir)
    place.create_store()
    if not was_there:
        narrate("made .exp/, which git does not see")
    path = os.path.join(place.project.root, "exp.toml")
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(DEFAULT_TOML)
        narrate("made exp.toml; track it with git")
    except FileExistsError:
        narrate("exp.toml is there already and stays as it is")
    if hooks:
        from expbench.cli.hooks import install_hooks

        install_hooks(place)
    narrate("hint: exp run -- python train.py")
