"""Runs and commits tied together: by trees, after what hooks noted, and never at the cost of a run's end."""

import os
from pathlib import Path

import pytest

from expbench.adapters.hooks.core import CORE
from expbench.adapters.store.layout import tree_file
from expbench.bootstrap import linking
from expbench.bootstrap.linking import drain, has_hooks, link_everything, note_trees, ranking, settle
from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.domain.events import Event
from expbench.errors import EnvironmentUnusable, ExpError
from tests.bootstrap.recorded import AT, RUN, head, recorded
from tests.conftest import run_git

OTHER = "aaaabbbbcccc"


@pytest.fixture
def place(repository: Path) -> Workplace:
    return open_workplace(str(repository))


@pytest.fixture
def hooked(place: Workplace) -> Workplace:
    """As after `exp hooks install`, without the hooks."""
    Path(place.project.common_dir, CORE).touch()
    place.create_store()
    Path(place.project.exp_dir, "spool").mkdir(exist_ok=True)
    return place


def noted(place: Workplace, name: str) -> None:
    Path(place.project.exp_dir, "spool", name).touch()


def waiting(place: Workplace) -> set[str]:
    return {*os.listdir(Path(place.project.exp_dir, "spool"))}


def lines(place: Workplace, tree: str) -> list[str]:
    return Path(tree_file(place.project.exp_dir, tree)).read_text().splitlines()


def noted_trees(place: Workplace) -> list[str]:
    return [name for name in os.listdir(Path(place.project.exp_dir, "trees")) if name != "lock"]


def git_note(place: Workplace, commit: str) -> str:
    return run_git(Path(place.project.root), "notes", "--ref=exp", "show", commit)


def commits(place: Workplace, run_id: str = RUN) -> list[str]:
    return list(place.store.read(run_id)["links"]["commits"])


def test_an_ended_run_is_noted_by_its_tree_the_best_first(place: Workplace) -> None:
    for run_id, acc in ((RUN, 0.9), (OTHER, 0.95)):
        settle(place, recorded(place, run_id, metrics={"acc": acc}))
    tree = place.store.read(RUN)["code"]["tree"]
    assert [line.split()[0] for line in lines(place, tree)] == [OTHER, RUN]
    assert "acc=0.95" in lines(place, tree)[0]


def test_a_run_without_a_tree_is_noted_nowhere(place: Workplace) -> None:
    settle(place, recorded(place, code={"tree": ""}))
    assert noted_trees(place) == []


def test_trees_noted_anew_are_those_of_the_documents(place: Workplace) -> None:
    settle(place, recorded(place, metrics={"acc": 0.9}))
    tree = place.store.read(RUN)["code"]["tree"]
    whole = lines(place, tree)
    Path(tree_file(place.project.exp_dir, tree)).write_text("nonsense\n")
    Path(tree_file(place.project.exp_dir, "1" * 40)).write_text("of a run that is gone\n")
    note_trees(place)
    assert lines(place, tree) == whole
    assert noted_trees(place) == [tree]


def test_what_a_hook_noted_is_done_once(hooked: Workplace, repository: Path) -> None:
    recorded(hooked)
    noted(hooked, f"commit-{head(repository)}")
    assert drain(hooked) == []
    assert commits(hooked) == [head(repository)]
    assert git_note(hooked, head(repository)).startswith(RUN)
    assert waiting(hooked) == set()
    before = run_git(repository, "rev-parse", "refs/notes/exp")
    assert drain(hooked) == []
    assert run_git(repository, "rev-parse", "refs/notes/exp") == before


def test_a_rewritten_commit_brings_its_runs_along(hooked: Workplace, repository: Path) -> None:
    recorded(hooked)
    old = head(repository)
    noted(hooked, f"commit-{old}")
    drain(hooked)
    (repository / "README.md").write_text("amended\n")
    run_git(repository, "commit", "-qa", "--amend", "-m", "amended")
    noted(hooked, f"rewrite-{old}-{head(repository)}")
    drain(hooked)
    assert commits(hooked) == [old, head(repository)]


def test_a_range_links_every_commit_in_it(hooked: Workplace, repository: Path) -> None:
    old = head(repository)
    run_git(repository, "commit", "-q", "--allow-empty", "-m", "same tree")
    same = head(repository)
    (repository / "README.md").write_text("another tree\n")
    run_git(repository, "commit", "-qam", "another")
    recorded(
        hooked, code={"commit": old, "snapshot": old, "tree": run_git(repository, "rev-parse", f"{old}^{{tree}}")}
    )
    noted(hooked, f"range-{old}-{head(repository)}")
    drain(hooked)
    assert commits(hooked) == [same]


def test_notes_of_others_and_of_commits_that_are_gone_do_no_harm(hooked: Workplace) -> None:
    recorded(hooked)
    noted(hooked, "something-else")
    noted(hooked, f"commit-{'1' * 40}")
    assert drain(hooked) == []
    assert waiting(hooked) == {"something-else"}
    assert commits(hooked) == []


def test_what_could_not_be_done_waits(hooked: Workplace, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(hooked)
    name = f"commit-{head(repository)}"
    noted(hooked, name)

    def busy(*_: object) -> None:
        raise ExpError("others are faster every time")

    monkeypatch.setattr(linking, "change_notes", busy)
    with pytest.raises(ExpError):
        drain(hooked)
    assert waiting(hooked) == {name}


def test_a_run_ends_well_while_others_write_notes(hooked: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    document = recorded(hooked)
    commit = document["code"]["snapshot"]
    document = hooked.store.append(RUN, [Event("linked", AT, {"commits": [commit]})])

    def busy(*_: object) -> None:
        raise ExpError("others are faster every time")

    with monkeypatch.context() as patch:
        patch.setattr(linking, "change_notes", busy)
        settle(hooked, document)
    assert waiting(hooked) == {f"commit-{commit}"}
    assert drain(hooked) == []
    assert git_note(hooked, commit).startswith(RUN)


def test_without_hooks_commits_are_known_and_git_is_left_alone(place: Workplace, repository: Path) -> None:
    recorded(place)
    refs = run_git(repository, "for-each-ref")
    assert not has_hooks(place.project)
    assert link_everything(place) == []
    assert commits(place) == [head(repository)]
    assert run_git(repository, "for-each-ref") == refs


def test_lines_of_other_people_in_a_note_stay(hooked: Workplace, repository: Path) -> None:
    recorded(hooked)
    run_git(repository, "notes", "--ref=exp", "add", "-m", "reviewed by Ada", "HEAD")
    link_everything(hooked)
    note = git_note(hooked, "HEAD").splitlines()
    assert note[0].startswith(RUN)
    assert note[-1] == "reviewed by Ada"


def test_a_git_tag_of_the_best_run_is_given_once_and_never_moved(hooked: Workplace, repository: Path) -> None:
    (repository / "exp.toml").write_text("[hooks]\ntag_best = true\n")
    place = open_workplace(str(repository))
    recorded(place, metrics={"acc": 0.9}, name="best")
    assert link_everything(place) == []
    assert run_git(repository, "rev-parse", "exp/best^{commit}") == head(repository)
    run_git(repository, "tag", "-f", "exp/best", "HEAD^{tree}")
    (warning,) = link_everything(place)
    assert warning == "the git tag exp/best is there already, on another commit"


def test_damaged_settings_are_told_before_anything_is_written(place: Workplace, repository: Path) -> None:
    document = recorded(place)
    (repository / "exp.toml").write_text("[hooks]\ntag_best = 3\n")
    with pytest.raises(EnvironmentUnusable) as caught:
        ranking(place)
    assert caught.value.cause == "hooks.tag_best must be true or false, not 3"
    with pytest.raises(EnvironmentUnusable):
        settle(place, document)
    assert noted_trees(place) == []
