"""`exp hooks`: git hooks that tie commits to runs."""

from typing import Annotated

import typer

from expbench.bootstrap.workplace import Workplace
from expbench.cli.application import command
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import AsJson, style, workplace
from expbench.errors import UsageError

ACTIONS = ("install", "uninstall", "status")
REFUSED = "exp: push refused"


@command(
    examples="""
    exp hooks install       in front of the hooks that are there, which go on working
    exp hooks status
    exp hooks uninstall     gives back what was there, to the last byte
    """
)
def hooks(
    action: Annotated[
        str,
        typer.Argument(metavar="ACTION", help="install, uninstall or status.", autocompletion=lambda: list(ACTIONS)),
    ],
    as_json: AsJson = False,
) -> None:
    """Install git hooks: commits get the runs of their tree as trailers, notes and links."""
    place = workplace()
    if action == "push":  # asked by the pre-push hook
        _push(place)
        return
    if action not in ACTIONS:
        raise UsageError(f"there is no action {action!r}", f"actions are {', '.join(ACTIONS)}", "exp hooks status")
    if action == "install":
        install_hooks(place)
    elif action == "uninstall":
        _uninstall(place)
    if as_json or action == "status":
        _status(place, as_json)


def install_hooks(place: Workplace) -> None:
    """Put the hooks in, tie the runs that are there to their commits, and say what is not as usual."""
    from expbench.adapters.hooks.installing import install, look
    from expbench.bootstrap.linking import link_everything

    place.create_store()
    changes = install(place.project)
    found = look(place.project)
    narrate(f"installed {len([hook for hook in found.hooks if hook.state == 'installed'])} hooks in {found.folder}")
    if changes.chained:
        narrate(f"these run what was there before first: {', '.join(changes.chained)}")
    if found.shared:
        narrate(
            "warning: this folder may serve other repositories, too; where there is no .exp/ the hooks do nothing"
        )
    if changes.seen:
        narrate(f"warning: git sees these files, since the folder is tracked: {', '.join(changes.seen)}")
        narrate("hint: commit them (they do nothing in a clone without exp), or exp hooks uninstall")
    for name in changes.left_alone:
        narrate(f"warning: {name} is tracked by git and no shell script, so it stays as it is")
        narrate(f'hint: let it call: exp_name={name} sh "$(git rev-parse --git-common-dir)/exp-hooks" ARGUMENTS')
    for text in link_everything(place):
        narrate(f"warning: {text}")


def _uninstall(place: Workplace) -> None:
    from expbench.adapters.hooks.installing import uninstall

    replaced = uninstall(place.project)
    narrate("took the hooks away")
    for name in replaced:
        narrate(f"warning: {name} was replaced by another one, which stays; the one before is kept beside")


def _status(place: Workplace, as_json: bool) -> None:
    from expbench.adapters.hooks.installing import look
    from expbench.render.hooks import hooks_text

    found = look(place.project)
    if as_json:
        hooks = [hook._asdict() for hook in found.hooks]
        installed = found.core and all(hook.state == "installed" for hook in found.hooks)
        emit_json({"installed": installed, "folder": found.folder, "shared": found.shared, "hooks": hooks})
    else:
        emit(
            hooks_text(
                [(hook.name, hook.state, hook.before) for hook in found.hooks], found.folder, found.core, style()
            )
        )


def _push(place: Workplace) -> None:
    """Answer the pre-push hook: reasons on stderr, and on stdout a word only where the push is refused."""
    import sys

    from expbench.bootstrap.pushing import objections

    reasons = objections(place, sys.stdin.read())
    for text in reasons.warnings:
        narrate(f"warning: {text}")
    for text in reasons.refusals:
        narrate(f"error: {text}")
    if reasons.refusals:
        narrate("hint: git push --no-verify")
        emit(REFUSED)
