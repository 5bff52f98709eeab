"""Following the store tells what every listing tells, reads only what is new, and survives what may befall it."""

import os
import random
from pathlib import Path
from typing import Any

import pytest

from expbench.adapters.clock import SystemClock
from expbench.adapters.series.writer import SeriesWriter
from expbench.adapters.store import catalogue as catalogue_module
from expbench.adapters.store import lines
from expbench.adapters.store.catalogue import Catalogue
from expbench.adapters.store.following import FIRST, Follower, News
from expbench.adapters.store.liveness import boot_id, hold, host_name
from expbench.adapters.store.runs import FileStore, create_store_dir, open_store
from expbench.domain.events import Event
from expbench.domain.parts import MISSING, Part, parts_of, value_at
from tests.services.runs_in_memory import run

CLOCK = SystemClock()


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    create_store_dir(str(tmp_path / ".exp"))
    return open_store(str(tmp_path / ".exp"))


def case(number: int, **changes: Any) -> Any:
    return run(f"{number:012d}", f"name-{number}", hour=number % 24, **changes)


def latest(follower: Follower) -> News | None:
    found = None
    for news in follower.news():
        found = news
    return found


def test_the_newest_come_first_and_then_all(store: FileStore) -> None:
    for number in range(3):
        store.create(case(number))
    first, second = list(Follower(store).news())
    assert (first.complete, second.complete) == (False, True)
    assert list(first.ids) == list(second.ids) == [f"{number:012d}" for number in (2, 1, 0)]
    assert FIRST > 3


def test_nothing_new_is_no_news_and_reads_no_line(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.create(case(1))
    follower = Follower(store)
    assert latest(follower) is not None
    monkeypatch.setattr(catalogue_module, "lines_in", lambda _data: pytest.fail("a line was read"))
    assert [list(follower.news()) for _ in range(3)] == [[], [], []]


def test_only_the_new_lines_are_read(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        store.create(case(number))
    follower = Follower(store)
    latest(follower)
    read: list[int] = []

    def counted(data: bytes) -> Any:
        read.append(len(data))
        return lines.lines_in(data)

    monkeypatch.setattr(catalogue_module, "lines_in", counted)
    store.create(case(21))
    news = latest(follower)
    assert news is not None
    assert news.changed == {"000000000021"}
    assert sum(read) < 4000


def test_after_anything_it_tells_what_a_listing_tells(store: FileStore) -> None:
    dice = random.Random(3)
    follower = Follower(store)
    present: list[str] = []
    for turn in range(120):
        what = dice.choice(["create", "create", "tag", "remove", "restore", "rebuild", "look"])
        if what == "create":
            document = case(turn, metrics={"acc": turn / 100}, params={f"p{turn % 7}": turn, "lr": None})
            store.create(document)
            present.append(document["id"])
        elif what == "tag" and present:
            store.append(dice.choice(present), [Event("edited", CLOCK.now(), {"tags": [f"t{turn}"], "name": "é\n"})])
        elif what == "remove" and present:
            store.remove([present.pop(dice.randrange(len(present)))])
        elif what == "restore" and store.trashed().documents:
            run_id = store.trashed().documents[0]["id"]
            store.restore(run_id)
            present.append(run_id)
        elif what == "rebuild":
            store.rebuild()
        if dice.random() < 0.6:
            latest(follower)
    latest(follower)
    store.create(case(500))
    news = latest(follower)
    assert news is not None
    assert [news.document(run_id) for run_id in news.ids] == store.all().documents


def test_columns_hold_what_the_documents_hold(store: FileStore) -> None:
    for number in range(30):
        store.create(
            case(
                number, metrics={f"m{number % 3}": number}, params={f"p{number % 4}": None if number % 2 else number}
            )
        )
    news = latest(Follower(store))
    assert news is not None
    fields = {"name", "params/p1", "metrics/m1", "metrics/m1.max", "code", "tags", "attributes/x", "metrics/nowhere"}
    parts = [*parts_of(fields), Part("code", "branch")]
    columns = news.catalogue.columns(parts)
    for run_id in news.ids:
        document, place = news.document(run_id), news.catalogue.place(run_id)
        assert document is not None
        assert place is not None
        for part in parts:
            assert columns[part][place] == value_at(document, part), part


def test_rows_made_of_columns_answer_as_documents_do(store: FileStore) -> None:
    store.create(case(1, metrics={"acc": 0.5}, params={"lr": None}))
    store.create(case(2))
    news = latest(Follower(store))
    assert news is not None
    row = news.catalogue.rows(parts_of({"metrics/acc", "params/lr", "command", "status"}))
    assert row(0) == {
        "metrics": {"acc": {"last": 0.5}},
        "params": {"lr": None},
        "command": ["python train.py"],
        "status": "finished",
    }
    assert row(1) == {"metrics": {}, "params": {}, "command": ["python train.py"], "status": "finished"}


def test_rows_leave_out_what_no_run_has(store: FileStore) -> None:
    store.create(case(1, metrics={"acc": 0.5}))
    news = latest(Follower(store))
    assert news is not None
    row = news.catalogue.rows(parts_of({"metrics/acc", "params/acc", "attributes/acc", "id"}))
    assert row(0) == {"metrics": {"acc": {"last": 0.5}}, "id": news.ids[0]}


def test_places_of_the_list_that_was_asked_for_before_are_known_until_a_run_is_gone(store: FileStore) -> None:
    for number in (1, 2, 3):
        store.create(case(number))
    news = latest(Follower(store))
    assert news is not None
    places = news.catalogue.places(news.ids)
    assert places == [2, 1, 0]
    assert news.catalogue.places(news.ids) is places
    assert news.catalogue.places([*news.ids]) == places
    news.catalogue.remove(news.ids[0])
    assert news.catalogue.places(news.ids) == [1, 0]


def test_more_params_than_there_is_room_for_are_read_when_asked_for(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue_module, "_BUDGET", 1)
    monkeypatch.setattr(catalogue_module, "_FEWEST", 3)
    store.create(case(1, params={f"p{number}": number for number in range(9)}))
    news = latest(Follower(store))
    assert news is not None
    assert len(news.catalogue.keys("params")) == 3
    assert news.catalogue.columns([Part("params", "p8")])[Part("params", "p8")] == [8]
    assert news.catalogue.columns([Part("params", "zz")])[Part("params", "zz")] == [MISSING]


def started(store: FileStore, number: int) -> str:
    run_id = f"{number:012d}"
    document: Any = {**case(number), "status": "queued", "host": host_name()}
    store.create(document)
    store.append(run_id, [Event("started", CLOCK.now(), {"pid": os.getpid(), "boot_id": boot_id()})])
    return run_id


def test_a_run_that_goes_on_is_live_with_the_metrics_logged_so_far_and_its_end_is_told(store: FileStore) -> None:
    lock = hold(store.run_dir("000000000001"))
    run_id = started(store, 1)
    follower = Follower(store)
    news = latest(follower)
    assert news is not None
    assert news.live == {run_id}
    writer = SeriesWriter(os.path.join(store.run_dir(run_id), "metrics"), "api")
    for step, value in enumerate((0.5, 0.25)):
        writer.append("loss", value, step)
        news = latest(follower)
        assert news is not None
        assert news.changed == {run_id}
        document = news.document(run_id)
        assert document is not None
        assert document["metrics"]["loss"]["last"] == value
        assert news.catalogue.columns([Part("metrics", "loss", "last")])[Part("metrics", "loss", "last")] == [value]
    assert latest(follower) is None
    writer.close()
    lock.release()
    news = latest(follower)
    assert news is not None
    assert news.live == frozenset()
    document = news.document(run_id)
    assert document is not None
    assert (document["status"], document["signal"]) == ("killed", "SIGKILL")
    assert latest(follower) is None


def test_a_run_whose_recorder_is_dead_is_not_taken_for_alive_because_something_still_logs(store: FileStore) -> None:
    """As when `exp run` was killed and the training it had begun goes on."""
    lock = hold(store.run_dir("000000000001"))
    run_id = started(store, 1)
    follower = Follower(store)
    writer = SeriesWriter(os.path.join(store.run_dir(run_id), "metrics"), "api")
    seen = []
    for step in range(8):
        if step == 2:
            lock.release()
        writer.append("loss", 1.0 / (step + 1), step)
        news = latest(follower)
        assert news is not None
        document = news.document(run_id)
        assert document is not None
        assert document["metrics"]["loss"]["last"] == 1.0 / (step + 1)
        seen.append(document["status"])
        if seen[-1] != "running":
            break
    assert seen[:2] == ["running", "running"]
    assert seen[-1] == "killed"
    assert len(seen) < 8
    writer.close()


def test_a_damaged_run_is_named_and_the_others_are_told(store: FileStore) -> None:
    for number in range(3):
        store.create(case(number))
    journal = Path(store.run_dir("000000000001")) / "events.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b"name-1", b"name-X"))
    store.rebuild()
    news = latest(Follower(store))
    assert news is not None
    assert set(news.damaged) == {"000000000001"}
    assert {"000000000000", "000000000002"} <= set(news.ids)


@pytest.mark.parametrize("content", [b"", b"{}", b'{"runs":{\n"1":{"x":1}\n}}\n'])
def test_an_index_that_is_spoilt_meanwhile_is_made_anew(store: FileStore, content: bytes) -> None:
    for number in range(3):
        store.create(case(number))
    follower = Follower(store)
    latest(follower)
    (Path(store.exp_dir) / "db.json").write_bytes(content)
    news = latest(follower)
    assert news is not None
    assert len(news.ids) == 3


def test_a_store_that_never_was_is_no_trouble(tmp_path: Path) -> None:
    news = latest(Follower(FileStore(str(tmp_path / ".exp"))))
    assert news is not None
    assert (list(news.ids), news.trouble, news.complete) == ([], "", True)


def test_a_store_that_vanishes_is_told_and_told_again_when_it_is_back(store: FileStore) -> None:
    store.create(case(1))
    follower = Follower(store)
    latest(follower)
    os.rename(store.exp_dir, f"{store.exp_dir}-away")
    news = latest(follower)
    assert news is not None
    assert (list(news.ids), news.trouble) == ([], "the store is not there")
    os.rename(f"{store.exp_dir}-away", store.exp_dir)
    news = latest(follower)
    assert news is not None
    assert (list(news.ids), news.trouble) == (["000000000001"], "")


def test_reading_ends_early_when_nobody_wants_it_any_more(store: FileStore) -> None:
    for number in range(3):
        store.create(case(number))
    follower = Follower(store, wanted=lambda: False)
    *_, news = follower.news()
    assert list(news.ids) == []


def test_a_catalogue_without_an_index_holds_what_is_put_into_it() -> None:
    catalogue = Catalogue()
    assert catalogue.put(case(2))
    assert catalogue.put(case(1))
    assert not catalogue.put(case(1))
    changed: Any = {**case(1), "note": "changed"}
    assert catalogue.put(changed)
    assert [catalogue.ids[place] for place in catalogue.order()] == ["000000000002", "000000000001"]
    catalogue.remove("000000000002")
    assert len(catalogue) == 1
    assert catalogue.document("000000000002") is None
