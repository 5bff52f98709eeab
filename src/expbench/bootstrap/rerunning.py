"""A recorded run made again in a private work tree of its snapshot, with its data, environment and variables.

What must stay true: the user's own tree is neither read for code nor written to; the new run is recorded as any
other; its work tree is gone on every way out, Ctrl-C included.
"""

import os
from collections.abc import Callable
from typing import NamedTuple

from expbench.adapters.artifacts.shelf import FOLDER
from expbench.adapters.dvc.linking import DataUnavailable
from expbench.adapters.dvc.version import DvcData
from expbench.adapters.environment.building import Environment, EnvironmentNotBuilt, environment_for
from expbench.adapters.environment.using import current_environment
from expbench.adapters.execution.interrupting import signals_as_errors
from expbench.adapters.execution.signals import Interrupted, SignalInbox, deferred_signals, signal_name
from expbench.adapters.git.checkout import SnapshotGone
from expbench.adapters.git.snapshot import GitCode
from expbench.adapters.worktrees.making import Worktree, worktree
from expbench.bootstrap.mixing import environment_files
from expbench.bootstrap.placing import placed
from expbench.bootstrap.recorder import Rerun, Voice, record
from expbench.bootstrap.replaying import replayed_environ
from expbench.bootstrap.settling import settled
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import Links, RunDocument
from expbench.domain.events import Event
from expbench.domain.ids import new_id
from expbench.domain.recipe import Impossible, Obstacle, Recipe
from expbench.errors import EnvironmentUnusable, ExpError
from expbench.ports import Progress
from expbench.services.recording import KeptArtifacts, Surroundings, Workbench
from expbench.services.requesting import Request

# Signals by which a person ends the whole reproduction, and not only the command of it.
_ENDING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")


class Wish(NamedTuple):
    """How to rerun: in whose surroundings, with which voice, and for how many seconds at most."""

    around: Surroundings
    voice: Voice
    timeout_s: float | None = None


def rerun(place: Workplace, original: RunDocument, recipe: Recipe, wish: Wish) -> RunDocument:
    """Rerun the recipe of a whole document's run to its end; gives the new run's document.

    Raises `Impossible` where code, data or environment can't be had, `Interrupted` when it was broken off.
    """
    run_id = new_id(os.urandom(8))
    outputs = [entry["path"] for entry in original["data"]["outputs"]]
    entries, voice = recipe.data, wish.voice
    with signals_as_errors("the rerun was broken off"):
        try:
            with worktree(
                place.project,
                run_id,
                recipe.snapshot,
                entries,
                voice.progress,
                voice.warn,
                fetch=True,
                writable=outputs,
            ) as tree:
                return _run(place, tree, original, recipe, wish, run_id)
        except DataUnavailable as error:
            raise Impossible(_lost(original, error), original["id"]) from error
        except SnapshotGone as error:
            raise Impossible([Obstacle("code", recipe.snapshot, error.what, error.hint)], original["id"]) from error
        except EnvironmentNotBuilt as error:
            wanted = recipe.env["hash"] if recipe.env else None
            why = f"{error.what}: {error.cause}"
            raise Impossible([Obstacle("env", wanted, why, error.hint)], original["id"]) from error


def _lost(original: RunDocument, error: DataUnavailable) -> list[Obstacle]:
    hash_of = {entry["path"]: entry["hash"] for entry in original["data"]["inputs"]}
    whys = [f"{error.what}: {error.cause}", *(f"{path} is needed, too" for path in error.paths[1:])]
    return [Obstacle(path, hash_of.get(path), why, error.hint) for path, why in zip(error.paths, whys, strict=True)]


def _run(
    place: Workplace, tree: Worktree, original: RunDocument, recipe: Recipe, wish: Wish, run_id: str
) -> RunDocument:
    """The run in its work tree, recorded."""
    inner = Workplace(tree.project, tree.path)
    recipe = settled(inner, recipe)
    environ = replayed_environ(wish.around.environ, recipe.variables, tree.path, inner.settings.env_variables)
    environment = _environment(place, tree, recipe, environ, wish.voice.progress)
    root = os.path.realpath(place.project.root)
    there = wish.around._replace(place=recipe.cwd, environ=environ)
    try:
        argv, around = placed(recipe.command, there, environment, root, tree.path)
    except ExpError as error:
        raise Impossible([Obstacle("command", None, error.cause)]) from error
    request = _request(recipe, argv, wish.timeout_s)
    warnings = [*environment.warnings, *_empty(tree)]
    for text in warnings:
        wish.voice.warn(text)
    with deferred_signals() as inbox:
        again = Rerun(run_id, _links(recipe), inbox, _adapted(inner, tree, original, recipe, wish.voice))
        _record(inner, request, around, wish.voice, again)
        _refuse_interrupted(inbox)
    return _kept(place, run_id, warnings)


def _environment(
    place: Workplace, tree: Worktree, recipe: Recipe, environ: dict[str, str], progress: Progress
) -> Environment:
    """The environment to work in: that of the user's tree where it is still the recorded one, else rebuilt."""
    root = place.project.root
    there = os.path.join(root, recipe.cwd)
    current = current_environment(root, place.cache_dir, recipe.command, there, environ)
    if recipe.env is None:
        return Environment(current.python, "current", pinned=False, warnings=[])
    with environment_files(place.project, recipe, tree.path) as folder:
        return environment_for(recipe.env, folder, current, environ, progress)


def _request(recipe: Recipe, argv: list[str], timeout_s: float | None) -> Request:
    return Request(
        argv=argv,
        shown_argv=list(recipe.command),
        entry=recipe.entry,
        name=None,
        experiment=recipe.experiment,
        params=recipe.params,
        param_sources=recipe.param_sources,
        tags=recipe.tags,
        note=recipe.note,
        timeout_s=timeout_s,
    )


def _links(recipe: Recipe) -> Links:
    return {"reproduces": recipe.reproduces, "parent": recipe.parent, "sweep": None, "commits": []}


def _empty(tree: Worktree) -> list[str]:
    return [f"the submodule {path} is empty in the rerun" for path in tree.submodules]


def _adapted(
    inner: Workplace, tree: Worktree, original: RunDocument, recipe: Recipe, voice: Voice
) -> Callable[[Workbench], Workbench]:
    """The ports of a rerun: hashes of the work tree's data are remembered apart from those of the user's.

    What the first run kept as artifacts is kept again, beside what the settings say. Data that was put there is no
    code, although in a mix no `.gitignore` may say so.
    """
    held = [entry["path"] for entry in recipe.data or ()]

    def adapt(bench: Workbench) -> Workbench:
        def artifacts(run_dir: str) -> KeptArtifacts:
            from expbench.bootstrap.gathering import gather

            kept = bench.artifacts(run_dir)
            taken = {artifact["path"] for artifact in kept.artifacts}
            wanted = [
                artifact["path"]
                for artifact in original["artifacts"]
                if artifact["path"] not in taken
                and os.path.lexists(os.path.join(tree.path, artifact["path"]))
                and not os.path.lexists(os.path.join(run_dir, FOLDER, artifact["path"]))
            ]
            more = gather(run_dir, tree.path, wanted, 0, voice.progress) if wanted else KeptArtifacts([], [])
            return KeptArtifacts([*kept.artifacts, *more.artifacts], [*kept.warnings, *more.warnings])

        data = DvcData(tree.path, os.path.join(inner.cache_dir, "worktrees"))
        code = GitCode(tree.project, inner.settings.max_file_size, held, inner.settings.max_untracked_size)
        return bench._replace(code=code, data=data, artifacts=artifacts)

    return adapt


def _record(inner: Workplace, request: Request, around: Surroundings, voice: Voice, again: Rerun) -> None:
    """Record the run. One that could not even be started has failed: so the journal says, and so will the verdict."""
    try:
        record(inner, request, around, voice, again)
    except EnvironmentUnusable:
        raise
    except ExpError as error:
        voice.warn(f"{error.what}: {error.cause}")


def _refuse_interrupted(inbox: SignalInbox) -> None:
    """Nothing can be said of a run that its user broke off."""
    for number in inbox.received:
        if signal_name(number) in _ENDING:
            raise Interrupted(
                "the rerun was broken off", f"{signal_name(number)} came meanwhile", exit_code=128 + number
            )


def _kept(place: Workplace, run_id: str, warnings: list[str]) -> RunDocument:
    """The document of the run, which its store must have."""
    if run_id not in place.store.ids():
        raise EnvironmentUnusable("the rerun was not recorded", "the store could not be written", "exp doctor")
    at = place.clock.now()
    if warnings:
        place.store.append(run_id, [Event("warned", at, {"text": text}) for text in warnings])
    return place.store.read(run_id)
