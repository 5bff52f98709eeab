"""Points for the dashboard, from real files that grow, vanish and can't be read."""

import os
from pathlib import Path

import pytest

from expbench.adapters.series.writer import SeriesWriter
from expbench.bootstrap.series import LiveSource
from expbench.bootstrap.workplace import open_workplace
from expbench.errors import EnvironmentUnusable
from expbench.services.plotting import Chosen, Drawing
from expbench.services.redrawing import Canvas
from tests.cli.series_in_store import add_run, store_at

RUN = "aaaabbbbcccc"


@pytest.fixture
def live(repository: Path) -> LiveSource:
    add_run(store_at(repository), RUN, "one", {"loss": [3.0, 2.0], "a/b": [1.0]})
    return LiveSource(open_workplace(str(repository)))


def metrics_dir(repository: Path) -> Path:
    return repository / ".exp" / "runs" / RUN / "metrics"


def test_points_that_are_logged_meanwhile_are_seen(repository: Path, live: LiveSource) -> None:
    source = live.source()
    before = source.state(RUN, "loss")
    SeriesWriter(str(metrics_dir(repository)), "api").append("loss", 1.0)
    after = source.state(RUN, "loss")
    assert before
    assert after
    assert (before.length, after.length) == (2, 3)
    assert before.inode == after.inode
    assert list(source.points(after, 1, 9).values) == [2.0, 1.0]


def test_a_series_that_begins_later_is_found_on_another_look(repository: Path, live: LiveSource) -> None:
    source = live.source()
    assert set(live.keys(RUN)) == {"loss", "a/b"}
    SeriesWriter(str(metrics_dir(repository)), "api").append("new", 1.0)
    assert source.state(RUN, "new") is None
    live.look_again([RUN, "unknown"])
    assert source.state(RUN, "new")


def test_a_run_deleted_while_it_is_shown_leaves_what_its_summary_tells(repository: Path, live: LiveSource) -> None:
    canvas = Canvas(live.source())
    document = open_workplace(str(repository)).store.read(RUN)
    assert canvas.draw([Chosen(document, "loss")], Drawing(4)).curves[0].stretches == [[(0, 3.0), (1, 2.0)]]
    for file in metrics_dir(repository).iterdir():
        file.unlink()
    assert canvas.draw([Chosen(document, "loss")], Drawing(4)).curves[0].stretches == [[(1, 0.0)]]
    assert live.source().state("zzzzzzzzzzzz", "loss") is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_an_error_in_words(repository: Path, live: LiveSource) -> None:
    state = live.source().state(RUN, "loss")
    assert state
    Path(state.file).chmod(0)
    with pytest.raises(EnvironmentUnusable, match="can't be read"):
        live.source().points(state, 0, 2)


def test_a_file_that_vanished_after_the_look_is_an_error_in_words(live: LiveSource) -> None:
    state = live.source().state(RUN, "loss")
    assert state
    Path(state.file).unlink()
    with pytest.raises(EnvironmentUnusable, match="can't be read"):
        live.source().points(state, 0, 2)
