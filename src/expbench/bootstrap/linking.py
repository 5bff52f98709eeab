"""Runs and commits tied together: at the end of a run, after what git hooks told, and all at once.

Notes and git tags are written only where the hooks are installed; what commits a run has is always known.
"""

import os
import time
from functools import cache
from typing import Final

from expbench.adapters.git.discovery import Project
from expbench.adapters.git.history import trees_between, trees_of, trees_of_all
from expbench.adapters.git.marks import mark
from expbench.adapters.git.notes import change_notes
from expbench.adapters.hooks.core import CORE
from expbench.adapters.store.spool import add_note, forget_notes, notes_in
from expbench.adapters.store.trees import change_tree, replace_trees
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import RunDocument
from expbench.domain.hooks import hook_settings
from expbench.domain.linking import Ranking, lines_of_trees, note_text, placed, tree_line
from expbench.errors import ExpError
from expbench.services.linking import News, git_tags, lines_of_commits, link

_RECENT: Final = 50


def has_hooks(project: Project) -> bool:
    """Whether `exp hooks install` has been here."""
    return os.path.exists(os.path.join(project.common_dir, CORE))


def ranking(place: Workplace) -> Ranking:
    """How runs of one commit are compared here."""
    return Ranking(place.settings.metric, cache(place.better), hook_settings(place.settings.raw).tag_best)


def settle(place: Workplace, document: RunDocument) -> None:
    """Note an ended run by its tree, for the commits to come, and below the commits that it has already."""
    tree = document["code"]["tree"]
    if not tree:
        return
    how = ranking(place)
    line = tree_line(document, how)
    lines = change_tree(place.project.exp_dir, tree, lambda there: placed(there, line, how.better))
    commits = document["links"]["commits"]
    if commits and has_hooks(place.project):
        try:
            _publish(place, dict.fromkeys(commits, lines))
        except ExpError:  # many runs end at this moment: the next command does it, and the run is none the worse
            for commit in commits:
                add_note(place.project.exp_dir, f"commit-{commit}")


def drain(place: Workplace) -> list[str]:
    """Do what git hooks have noted since; gives what must be said. Raises `ExpError` or `OSError`, then all waits."""
    names = notes_in(place.project.exp_dir)
    if not names:
        return []
    warnings = link_runs(place, _news(place.project.root, names))
    forget_notes(place.project.exp_dir, names)
    return warnings


def link_everything(place: Workplace) -> list[str]:
    """Tie all runs to all commits of branches and git tags by their trees, and note all trees anew."""
    note_trees(place)
    return link_runs(place, News(trees_of_all(place.project.root)))


def note_trees(place: Workplace) -> None:
    """Note all trees anew, with the settings as they are now."""
    replace_trees(place.project.exp_dir, lines_of_trees(place.store.all().documents, ranking(place)))


def link_runs(place: Workplace, news: News) -> list[str]:
    """Link the runs that the news concern, and let git show them; gives what must be said."""
    how = ranking(place)
    linked = link(place.store, place.clock, news, how)
    warnings = list(linked.warnings)
    if has_hooks(place.project):
        _publish(place, {**_recent(place, how), **linked.lines})
        taken = mark(place.project.root, git_tags(linked.lines, news.trees)) if how.tags else []
        warnings += [f"the git tag {tag} is there already, on another commit" for tag in taken]
    return warnings


def _recent(place: Workplace, how: Ranking) -> dict[str, list[str]]:
    """The lines of the newest runs' commits: a note that a hook's `git notes`, which does not look who was faster,
    has written over is written again.
    """
    return lines_of_commits(place.store.newest(_RECENT).documents, how)


def _publish(place: Workplace, lines: dict[str, list[str]]) -> None:
    there = trees_of(place.project.root, lines)
    change_notes(
        place.project.root,
        there,
        lambda notes: {commit: note_text(notes.get(commit, ""), lines[commit]) for commit in there},
        int(time.time()),
    )


def _news(root: str, names: list[str]) -> News:
    trees: dict[str, str] = {}
    rewrites, commits = [], []
    for name in names:
        kind, _, ids = name.partition("-")
        old, _, new = ids.partition("-")
        if kind == "commit":
            commits.append(old)
        elif kind == "range":
            trees.update(trees_between(root, old, new))
        else:
            rewrites.append((old, new))
    return News({**trees, **trees_of(root, commits)}, rewrites)
