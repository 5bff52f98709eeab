"""A project as commands see it: what is missing is empty, what is damaged is told, and looking makes nothing."""

import os
from pathlib import Path

import pytest

from expbench.adapters.series.writer import SeriesWriter
from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.domain.events import Event
from expbench.domain.previews.preview import Room
from expbench.errors import EnvironmentUnusable, ExpError, UsageError
from tests.bootstrap.recorded import AT, RUN, artifact_file, head, nothing, recorded, with_artifact
from tests.cli.series_in_store import summary
from tests.conftest import run_git
from tests.domain.rerun_documents import a_run


@pytest.fixture
def place(repository: Path) -> Workplace:
    return open_workplace(str(repository))


def test_outside_of_git_there_is_no_workplace(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentUnusable) as caught:
        open_workplace(str(tmp_path))
    cause = f"neither {os.path.realpath(tmp_path)} nor a folder above it holds a .git"
    assert (caught.value.what, caught.value.cause) == ("this is not inside a git repository", cause)
    assert caught.value.hint == "git init"


def test_a_folder_that_is_gone_is_no_workplace(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentUnusable) as caught:
        open_workplace(str(tmp_path / "gone"))
    assert caught.value.what == "there is no folder to work in"


def test_looking_at_a_project_without_a_store_makes_none(place: Workplace, repository: Path) -> None:
    assert place.store.ids() == []
    assert place.registry.models == {}
    assert place.faults(nothing) == []
    assert place.abandoned_trees() == []
    assert place.registered_runs == {}
    with pytest.raises(UsageError):
        place.find("@")
    assert not (repository / ".exp").exists()


def test_a_store_is_made_once_and_stays(place: Workplace) -> None:
    assert place.create_store() is place.store
    recorded(place)
    assert place.create_store().ids() == [RUN]


def test_damaged_settings_are_told_each_time_and_do_not_hide_the_runs(place: Workplace, repository: Path) -> None:
    recorded(place)
    (repository / "exp.toml").write_text("metric = 'acc'\n[broken\n")
    for _ in range(2):
        with pytest.raises(EnvironmentUnusable) as caught:
            _ = place.settings
        assert caught.value.what == "exp.toml can't be read"
        assert "line 2" in caught.value.cause
    assert place.store.ids() == [RUN]
    (repository / "exp.toml").write_text("metric = 'acc'\n")
    assert place.settings.metric == "acc", "a mistake that was corrected is no mistake any more"


def test_capture_is_none_unless_the_settings_speak_of_it(repository: Path) -> None:
    assert open_workplace(str(repository)).capture is None
    (repository / "exp.toml").write_text("[capture]\npatterns = 3\n")
    with pytest.raises(EnvironmentUnusable) as caught:
        _ = open_workplace(str(repository)).capture
    assert caught.value.cause == "capture.patterns must be a list of texts, not 3"


def test_the_settings_of_the_nearest_folder_count(repository: Path) -> None:
    (repository / "exp.toml").write_text("metric = 'loss'\n")
    (repository / "inner/deep").mkdir(parents=True)
    (repository / "inner/exp.toml").write_text("metric = 'acc'\n")
    assert open_workplace(str(repository / "inner/deep")).settings.metric == "acc"
    assert open_workplace(str(repository)).settings.metric == "loss"


def test_the_declared_direction_wins_over_the_guess(place: Workplace, repository: Path) -> None:
    assert place.better("acc") == "max"
    (repository / "exp.toml").write_text("[metrics.acc]\nbetter = 'min'\n")
    assert open_workplace(str(repository)).better("acc") == "min"


def test_a_tag_that_comes_later_is_seen_when_the_registry_is_read_again(place: Workplace, repository: Path) -> None:
    assert place.registry.models == {}
    run_git(repository, "tag", "-a", "digits@v0.1.0", "-m", "a version")
    assert place.registry.models == {}, "one command sees one registry"
    assert list(place.reread_registry().models) == ["digits"]
    assert list(place.registry.models) == ["digits"]


def test_the_group_is_that_of_the_latest_start(place: Workplace) -> None:
    recorded(place)
    assert place.group(RUN) is None
    place.store.append(RUN, [Event("started", AT, {"pid": 41}), Event("started", AT, {"pid": 42})])
    assert place.group(RUN) == 42


def test_what_was_not_committed_is_the_snapshot_beyond_its_commit(place: Workplace, repository: Path) -> None:
    base = head(repository)
    (repository / "train.py").write_text("print('loss: 0.4')\n")
    run_git(repository, "commit", "-qam", "work")
    document = a_run(RUN, code={"commit": base, "snapshot": head(repository)})
    files, patch = place.uncommitted(document)
    assert [change["path"] for change in files] == ["train.py"]
    assert "-print('loss: 0.5')\n+print('loss: 0.4')\n" in patch


@pytest.mark.parametrize("code", [{"commit": "c" * 40, "snapshot": "c" * 40}, {"commit": "c" * 40, "snapshot": ""}])
def test_a_clean_run_and_one_without_snapshot_have_nothing_uncommitted(
    place: Workplace, code: dict[str, str]
) -> None:
    assert place.uncommitted(a_run(RUN, code=code)) == ([], "")


def test_before_the_first_commit_everything_is_uncommitted(place: Workplace, repository: Path) -> None:
    document = a_run(RUN, code={"commit": None, "snapshot": head(repository)})
    files, patch = place.uncommitted(document)
    assert {change["path"] for change in files} == {"README.md", "train.py"}
    assert "+print('loss: 0.5')" in patch


def test_of_a_snapshot_that_is_gone_no_files_are_known(place: Workplace, repository: Path) -> None:
    changed = place.sources.changed_files
    assert changed(head(repository), head(repository)) == []
    assert changed(head(repository), "0" * 39 + "1") is None


def test_faults_are_told_of_ended_runs_only(place: Workplace) -> None:
    recorded(place)
    artifact = with_artifact(place, b"weights")["artifacts"][0]
    assert place.faults(nothing) == []
    live = "aaaabbbbcccc"
    recorded(place, live, ended_at=None, status="running")
    kept = with_artifact(place, b"more", run_id=live)["artifacts"][0]
    for file in (artifact_file(place, artifact), artifact_file(place, kept, live)):
        file.chmod(0o600)
        file.write_bytes(b"WEIGHTS")
    assert [run_id for run_id, _ in place.faults(nothing)] == [RUN]


def test_a_series_with_fewer_points_than_were_recorded_is_a_fault(place: Workplace) -> None:
    recorded(place, metrics={"loss": 0.5})
    place.store.append(RUN, [Event("metrics", AT, {"metrics": {"loss": summary([3.0, 2.0, 1.0])}})])
    writer = SeriesWriter(os.path.join(place.store.run_dir(RUN), "metrics"), "api")
    writer.append("loss", 3.0)
    writer.close()
    assert [run_id for run_id, _ in place.faults(nothing)] == [RUN]


def test_a_preview_of_what_is_not_there_says_so(place: Workplace) -> None:
    document = recorded(place)
    with pytest.raises(ExpError):
        place.preview(document, "gone.txt", Room(80, 24))


def test_git_forgets_the_snapshots_that_it_is_told_to(place: Workplace, repository: Path) -> None:
    for name in (RUN, "aaaabbbbcccc"):
        run_git(repository, "update-ref", f"refs/exp/runs/{name}", "HEAD")
    place.delete_refs([RUN, "never-there"])
    assert run_git(repository, "for-each-ref", "--format=%(refname)", "refs/exp") == "refs/exp/runs/aaaabbbbcccc"
