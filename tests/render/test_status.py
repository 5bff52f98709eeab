"""How things stand, as a line and as a page: words for people, nothing raw, nothing that tmux obeys."""

from typing import Any

import pytest

from expbench.domain.alarms import Alarm
from expbench.domain.document import RunDocument
from expbench.render.alarms import alarm_text, alarm_word
from expbench.render.printable import width
from expbench.render.status import status_document, status_text, tmux_line
from expbench.render.style import PLAIN, Style
from expbench.services.watching import Observed, Standing
from tests.render.documents import NOW, first_run, second_run, summary
from tests.render.test_printable import raw

NAN = Alarm("nan", "loss", "NaN", 0.1)
STALLED = Alarm("stalled", quiet_s=725.0, usual_s=2.0)
DIVERGED = Alarm("diverged", "loss", 1e9, 0.12)
ASCII = Style(colour=False, width=PLAIN.width, unicode=False)


def running(**changes: Any) -> RunDocument:
    return {**second_run(), "status": "running", "signal": None, "ended_at": None, **changes}  # type: ignore[typeddict-item]  # any changes


def stand(*live: Observed, last: Observed | None = None, queued: int = 0) -> Standing:
    return Standing(list(live), len(live) - queued, queued, last, [])


@pytest.mark.parametrize(
    ("alarm", "word", "text"),
    [
        (NAN, "loss is NaN", "loss is NaN"),
        (STALLED, "stalled 12m05s", "stalled 12m05s, usually a point every 2s"),
        (DIVERGED, "loss diverged", "loss diverged to 1e+09, from 0.12"),
    ],
)
def test_alarms_in_words(alarm: Alarm, word: str, text: str) -> None:
    assert (alarm_word(alarm, PLAIN), alarm_text(alarm, PLAIN)) == (word, text)


def test_a_long_metric_is_clipped() -> None:
    assert alarm_word(NAN._replace(metric="m" * 100_000), PLAIN) == "m" * 23 + "… is NaN"


def test_nothing_recorded_is_an_empty_line() -> None:
    assert tmux_line(stand(), PLAIN, NOW, None) == ""


def test_one_live_run_is_named_with_its_metric() -> None:
    assert tmux_line(stand(Observed(running(), [])), PLAIN, NOW, "acc") == "● calm-owl-12 acc 0.9812"


def test_several_are_counted_and_the_last_result_follows() -> None:
    two = [Observed(running(), []), Observed(running(), []), Observed(running(status="queued"), [])]
    found = tmux_line(stand(*two, last=Observed(first_run(), []), queued=1), PLAIN, NOW, "acc")
    assert found == "● 2 running  ○ 1 queued  ✓ brisk-heron-417 acc 0.9712 2h ago"


def test_how_the_last_one_ended() -> None:
    failed: RunDocument = {**first_run(), "status": "failed", "exit_code": 3}
    killed: RunDocument = {**first_run(), "status": "killed", "exit_code": None, "signal": "SIGTERM"}
    assert tmux_line(stand(last=Observed(failed, [])), PLAIN, NOW, "acc") == "✗ brisk-heron-417 failed (3) 2h ago"
    assert "killed by SIGTERM 2h ago" in tmux_line(stand(last=Observed(killed, [])), PLAIN, NOW, "acc")


def test_two_alarms_are_told_and_the_others_counted() -> None:
    found = tmux_line(stand(Observed(running(), [STALLED, NAN, DIVERGED])), PLAIN, NOW, "acc")
    assert found.endswith("! calm-owl-12 stalled 12m05s, calm-owl-12 loss is NaN, 1 more")


def test_the_last_result_alarms_too() -> None:
    assert "! brisk-heron-417 loss is NaN" in tmux_line(stand(last=Observed(first_run(), [NAN])), PLAIN, NOW, None)


def test_where_there_is_only_ascii() -> None:
    found = tmux_line(stand(Observed(running(), [NAN]), last=Observed(first_run(), [])), ASCII, NOW, "acc")
    assert found == "R calm-owl-12 acc 0.9812  F brisk-heron-417 acc 0.9712 2h ago  ! calm-owl-12 loss is NaN"


@pytest.mark.parametrize("evil", ["#(touch x)", "#[fg=red]", "#{pane_id}", "##", "#" * 30, "a#"])
def test_tmux_can_obey_nothing_of_the_data(evil: str) -> None:
    document = running(name=evil, metrics={evil: summary("NaN", 0.1, 2.0)})
    found = tmux_line(stand(Observed(document, [NAN._replace(metric=evil)])), PLAIN, NOW, None)
    assert "#" not in found.replace("##", "")
    assert "#" in found


def test_the_line_fits_where_columns_are_given() -> None:
    narrow = Style(colour=False, width=20, unicode=True)
    found = tmux_line(stand(Observed(running(), [STALLED, NAN])), narrow, NOW, "acc")
    assert width(found) == 20


def test_a_line_of_hostile_text_is_one_line() -> None:
    evil = "x\n\x1b[2J\u202e" + "中" * 1_000_000
    found = tmux_line(stand(Observed(running(name=evil), [NAN._replace(metric=evil)])), PLAIN, NOW, None)
    assert raw(found) == []
    assert len(found) < 300


def test_the_page_has_a_line_a_run() -> None:
    standing = stand(Observed(running(), [STALLED]), last=Observed(first_run(), []))
    short = {"9x2mv5t0aaaa": "9x2m", "7k3fq2m8x1bc": "7k3f"}
    lines = status_text(standing, PLAIN, NOW, "acc", short).splitlines()
    assert lines[0].split() == ["id", "name", "status", "metric", "alarm"]
    assert lines[1].split("  ")[0] == "9x2m"
    assert lines[1].endswith("stalled 12m05s, usually a point every 2s")
    assert lines[2].split() == ["7k3f", "brisk-heron-417", "✓", "finished", "2h", "ago", "acc", "0.9712"]


def test_more_than_can_be_told() -> None:
    standing = Standing([Observed(running(), [])], 70, 3, None, [])
    assert status_text(standing, PLAIN, NOW, "acc", {"9x2mv5t0aaaa": "9x2m"}).endswith("and 72 more live runs")


def test_json_has_what_the_line_says() -> None:
    found = status_document(stand(Observed(running(), [STALLED]), last=Observed(first_run(), [NAN])), "acc")
    assert (found["running"], found["queued"]) == (1, 0)
    assert found["live"][0]["alarms"] == [
        {"kind": "stalled", "metric": None, "last": None, "min": None, "quiet_s": 725.0, "usual_s": 2.0}
    ]
    assert (found["last"]["metric"], found["last"]["value"], found["last"]["status"]) == ("acc", 0.9712, "finished")
    assert found["last"]["alarms"][0]["last"] == "NaN"


def test_a_run_without_metrics() -> None:
    found = status_document(stand(Observed(running(metrics={}), [])), None)["live"][0]
    assert (found["metric"], found["value"]) == (None, None)
