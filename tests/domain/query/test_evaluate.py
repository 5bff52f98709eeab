"""What filters mean beyond MLflow's: names, numbers, times, labels, precedence, and the missing."""

import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from expbench.errors import UsageError
from tests.domain.query.questions import compiled, fits, refused, run, summary


@pytest.mark.parametrize(
    ("text", "fit"),
    [
        ("acc > 0.9", True), ("acc > 0.95", False), ("acc >= 0.95", True), ("acc < 1", True), ("acc <= 0.95", True),
        ("acc = 0.95", True), ("acc == 0.95", True), ("acc != 0.95", False), ("acc <> 0.95", False),
        ("metrics.acc.min < 0.2", True), ("metrics.acc.max = 0.97", True), ("metrics.acc.count >= 10", True),
        ("acc.max > 0.96", True), ("acc.last = 0.95", True), ("val/acc > 0.5", True),
        ("`val/acc` > 0.5", True), ('"val/acc" > 0.5', True), ("acc in (0.95, 1)", True), ("acc not in (1)", True),
        ("lr = 0.1", True), ("lr = 0.10", True), ("lr = 1e-1", True), ("lr = '0.1'", True), ("lr < 0.2", True),
        ("params.lr in (0.1, 0.2,)", True), ("text_number = 0.10", True), ("text_number > 0.05", True),
        ("text_number = '0.10'", False), ("model = cnn", True), ("model = 'cnn'", True), ('model = "cnn"', True),
        ("model != cnn", False), ("model in (cnn, rnn)", True), ("model not in (cnn, rnn)", False),
        ("model > 5", False), ("model = 5", False), ("model != 5", True), ("model < 'd'", True), ("lr = abc", False),
        ("lr != abc", True), ("lr < abc", False), ("optimizer.lr = 3", True), ("amp = true", True),
        ("amp = True", True), ("amp = 'true'", True), ("amp = false", False), ("amp != false", True),
        ("amp", True), ("not amp", False), ("amp = 1", False), ("amp != 1", True), ("nothing_set is null", True),
        ("nothing_set = null", False), ("team = vision", True), ("team like 'vis%'", True), ("rank > 9", True),
        ("team not like 'vis%'", False),
        ("team not ilike 'X%'", True), ("lr like '0.%'", True), ("amp like 't%'", True),
    ],
)  # fmt: skip
def test_values_of_the_runs_own(text: str, fit: bool) -> None:
    document = run(
        metrics={"acc": summary(0.95, min=0.1, max=0.97), "val/acc": 0.6},
        params={"lr": 0.1, "text_number": "0.1", "model": "cnn", "optimizer.lr": 3, "amp": True, "nothing_set": None},
        attributes={"team": "vision", "rank": "10"},
    )
    assert fits(text, document) is fit


@pytest.mark.parametrize(
    ("text", "fit"),
    [
        ("name = base", True), ("name ~ '^b.*e$'", True), ("name !~ x", True), ("name =~ as", True),
        ("experiment = default", True), ("status = finished", True), ("finished", True), ("failed", False),
        ("not failed", True), ("failed or finished", True), ("user = ann", True), ("host like 'gpu%'", True),
        ("branch = main", True), ("branch:main", True), ("branch:mai", False), ("entry is null", True),
        ("exit_code = 0", True), ("exit_code != 0", False), ("signal is null", True), ("note ~ 'one'", True),
        ("command ~ train", True), ("command like '%--lr%'", True), ("dirty", True), ("not dirty", False),
        ("dirty = true", True), ("complete", False),
        ("tag:base", True), ("tag:bas", False), ("tag:'two words'", True),
        ("tags = base", True), ("tags != base", False), ("tags != other", True), ("tags like 'ba%'", True),
        ("tags is not null", True), ("tags not in (base)", False), ("artifacts like '%.pt'", True),
        ("data:2f1a", True), ("data:2F1A", True), ("data:99", True), ("data:8", False), ("commit:3fa2", True),
        ("commit:5eed", True),
        ("commit:c0de", True), ("commit:ffff", False), ("id:3FA2", True), ("id:fa2", False),
        ("verdict = identical", True), ("verdict = 'IDENTICAL'", True), ("stage:production", False),
        ("sweep is null", True), ("python like '3.11%'", True), ("status:finished", True), ("name:base", True),
        ("warnings is null", True), ("attributes.dirty = true", True), ("attributes.name = base", True),
    ],
)  # fmt: skip
def test_fields_of_the_run(text: str, fit: bool) -> None:
    document = run(
        user="ann", host="gpu-01", exit_code=0, note="the one", command=["python", "train.py", "--lr", "0.1"],
        tags=["base", "two words"], artifacts=[{"path": "model.pt", "size": 1, "sha256": "aa"}],
        code={"commit": "3fa2" + "0" * 36, "snapshot": "5eed" + "0" * 36, "branch": "main", "dirty": True},
        data={"version": "99aa", "inputs": [{"path": "d", "hash": "2f1a.dir", "size": 1, "files": 1}], "outputs": []},
        links={"commits": ["c0de" + "0" * 36]}, env={"python": "3.11.7"},
    )  # fmt: skip
    document["verdict"] = {"grade": "identical", "reproduced_by": []}
    assert fits(text, document) is fit


@pytest.mark.parametrize(
    ("text", "fit"),
    [
        ("a = 1 or b = 1 and c = 1", True), ("(a = 1 or b = 1) and c = 1", False), ("not b = 1 and a = 1", True),
        ("not (b = 1 and a = 1)", True), ("not a = 1 or a = 1", True), ("NOT NOT a = 1", True),
        ("a = 1 OR b = 1 AND NOT c = 0", True), ("not not not a = 1", False), ("((a = 1))", True),
        ("c = 1 or b = 1 or a = 1", True), ("a = 1 and b = 0 and c = 1", False),
    ],
)  # fmt: skip
def test_and_binds_tighter_than_or_and_not_tightest(text: str, fit: bool) -> None:
    assert fits(text, run(params={"a": 1, "b": 0, "c": 0})) is fit


@pytest.mark.parametrize(
    "condition",
    ["acc > 0", "acc <= 0", "acc = 1", "acc != 1", "acc in (1)", "acc not in (1)", "acc ~ x", "acc !~ x",
     "acc like '%'", "acc not like 'x'", "metrics.acc != 1", "params.acc != 1", "tags.acc != 1",
     "metrics.acc.max > 0",
     "duration > 0", "duration != 0", "started < now", "started != now", "signal != x", "verdict != identical",
     "acc", "exit_code != 0", "acc is not null", "commit != x", "datasets.name != x"],
)  # fmt: skip
def test_missing_value_fits_no_comparison_but_does_fit_not(condition: str) -> None:
    empty = run()
    assert not fits(condition, empty)
    assert fits(f"not {condition}", empty)


@pytest.mark.parametrize(
    ("value", "fitting"),
    [
        ("NaN", {"m = nan", "not m > 0", "m is not null"}),
        ("Infinity", {"m > 0", "m > 1e308", "m = inf", "m = Infinity", "m != nan", "m is not null", "m >= inf"}),
        ("-Infinity", {"m < 0", "m = -inf", "m != nan", "not m > 0", "m is not null"}),
    ],
)  # fmt: skip
def test_non_finite_numbers_compare_as_numbers(value: str, fitting: set[str]) -> None:
    texts = ["m > 0", "m < 0", "m = nan", "m != nan", "m = inf", "m = Infinity", "m = -inf", "m > 1e308", "m != 5",
             "not m > 0", "m is not null", "m >= inf"]  # fmt: skip
    for prefix in ("", "metrics."):
        found = {text for text in texts if fits(text.replace("m ", f"{prefix}m "), run(metrics={"m": value}))}
        assert found - {"m != 5"} == fitting
    assert fits("m != 5", run(metrics={"m": value})) is (value != "NaN")


def test_huge_and_exact_numbers_stay_exact() -> None:
    document = run(params={"big": 2**63, "huge": 10**30})
    assert fits("big = 9223372036854775808", document)
    assert not fits("big = 9223372036854775807", document)
    assert fits(f"huge > {10**30 - 1}", document)
    assert not fits("huge > 1e400", document)
    assert not fits(f"huge > {'9' * 5000}", document)


@pytest.mark.parametrize(
    ("text", "fit"),
    [
        ("duration > 1h", True), ("duration > 2h", False), ("duration = 5400", True), ("duration = 90m", True),
        ("duration = 1h30m", True), ("duration = 1.5h", True), ("duration < 1d", True), ("duration < 1w", True),
        ("duration > 5400000ms", False), ("duration >= 5400000ms", True), ("duration in (1h, 90m)", True),
        ("duration_s > 10s", True), ("attributes.duration > 1h", True),
    ],
)  # fmt: skip
def test_durations_have_units(text: str, fit: bool) -> None:
    assert fits(text, run(duration_s=5400.0)) is fit


@pytest.mark.parametrize(
    ("text", "fit"),
    [
        ("started > -2d", True), ("started > -30m", False), ("started < -30m", True), ("started > -1h30m", True),
        ("started > 2026-01-01", True), ("started > 2026-03-10", True), ("started < 2026-03-10", False),
        ("started = 2026-03-10", True), ("started != 2026-03-10", False), ("started = 2026-03-11", False),
        ("started <= 2026-03-10", True), ("started >= 2026-03-10", True), ("started < 2026-03-11", True),
        ("started = today", True), ("started = yesterday", False), ("started < now", True),
        ("started = 2026-03-10T11:00", True), ("started = '2026-03-10 11:00:00'", True),
        ("started = 2026-03-10T13:00+02:00", True), ("started > 2026-03-10T11:00:00Z", False),
        ("started >= 2026-03-10T11:00:00.000000Z", True), ("created < 0", False), ("created > -99999999d", True),
        ("created < 99999999999999999999", True), ("created > -1e300", True), ("ended is null", True),
        ("started like '2026-03%'", True), ("created in (2026-03-10)", True), ("created_at > 2026-03-09", True),
    ],
)  # fmt: skip
def test_times_are_dates_or_count_from_now(text: str, fit: bool) -> None:
    assert fits(text, run(started_at="2026-03-10T11:00:00.000000Z")) is fit


def test_times_in_other_forms_than_ours_compare_by_the_instant() -> None:
    assert fits("started = 2026-03-10T11:00", run(started_at="2026-03-10T13:00:00+02:00"))
    assert fits("started < 2026-03-10T11:01", run(started_at="2026-03-10T11:00:00Z"))
    assert not fits("started < 2026-03-10T11:01", run(started_at="not a time"))


def test_bare_dates_are_in_the_zone_of_now() -> None:
    tokyo = datetime(2026, 3, 10, 9, 0, tzinfo=timezone(timedelta(hours=9)))
    late = run(started_at="2026-03-09T16:00:00.000000Z")  # already the tenth in Tokyo
    assert fits("started = 2026-03-10", late, now=tokyo)
    assert fits("started = today", late, now=tokyo)
    assert not fits("started = 2026-03-10", late)


def test_fields_of_the_run_win_over_its_own_words() -> None:
    document = run(status="failed", metrics={"duration": 3, "status": 1}, params={"user": "param"}, user="ann")
    assert fits("status = failed", document)
    assert fits("user = ann", document)
    assert fits("params.user = param and metrics.duration = 3", document)


def test_metric_wins_over_param_over_attribute() -> None:
    assert fits("x = 1", run(metrics={"x": 1}, params={"x": 2}, attributes={"x": "3"}))
    assert fits("x = 2", run(params={"x": 2}, attributes={"x": "3"}))
    assert fits("x = 3", run(attributes={"x": "3"}))


def test_metric_whose_name_ends_like_a_summary_is_itself_first() -> None:
    document = run(metrics={"acc": summary(0.5, max=0.9), "acc.max": 0.1})
    assert fits("metrics.acc.max = 0.1", document)
    assert not fits("metrics.`acc.min` > 0", document)


def test_stage_asks_who_holds_it() -> None:
    asked: list[str] = []

    def holders(stage: str) -> set[str]:
        asked.append(stage)
        return {"3fa2m9x0c1d4"}

    query = compiled("stage:production", holders)
    assert query.matches(run())
    assert not query.matches({"id": "other"})
    assert asked == ["production"]


def test_fields_are_only_those_named() -> None:
    assert compiled("metrics.acc > 1").fields == {"metrics/acc"}
    assert compiled("acc > 1").fields == {"metrics/acc", "params/acc", "attributes/acc"}
    assert compiled("dirty and duration > 1h or tag:x").fields == {"code", "duration_s", "tags"}
    assert compiled("").fields == frozenset()
    assert compiled("commit:3f and failed").fields == {"code", "links", "status"}


def test_unknown_names_are_told_and_match_nothing() -> None:
    query = compiled("nope > 1 or acc > 0.1 or params.gone = 3 or `two words` = 1")
    documents = [run(metrics={"acc": 0.5}), run()]
    assert query.unknown_names(documents) == ["nope", "params.gone", "`two words`"]
    assert compiled("nope > 1").unknown_names([]) == ["nope"]
    assert compiled("status = failed and tag:x").unknown_names([run()]) == []
    assert compiled("acc").unknown_names(documents) == ["acc"]  # a number is neither true nor false
    assert not fits("nope > 1", documents[0])


def test_impossible_status_is_warned_about_not_refused() -> None:
    assert compiled("status = finishd").warnings == ("no run has the status finishd; did you mean finished",)
    assert compiled("status in (failed, 'KILLED')").warnings == ()
    assert "known are" in compiled("verdict = zzz").warnings[0]


@pytest.mark.parametrize(
    ("text", "word"),
    [("duration > fast", "duration"), ("started > soon", "time"), ("exit_code = x", "number"),
     ("metrics.acc > high", "number"), ("started > 2026-02-30", "time"), ("created > nan", "time")],
)  # fmt: skip
def test_value_of_the_wrong_kind_is_refused_in_words(text: str, word: str) -> None:
    assert f"is compared with a {word}" in refused(text).cause


def test_relative_time_without_its_sign_is_understood() -> None:
    assert refused("started > 2d").hint == "did you mean -2d"


@pytest.mark.parametrize(
    "pattern", ["'('", "'[z-a]'", "'a{99999999999}'", "'(?L)a'", "'*a'", "'(a+)+$'", "'((a+))*'", "x" * 501]
)
def test_broken_or_endless_regular_expression_is_refused(pattern: str) -> None:
    assert "the regular expression can't be used" in refused(f"name ~ {pattern}").cause


def test_broken_regular_expression_is_pointed_at_where_it_breaks() -> None:
    _, line, carets = refused("name ~ 'ab(cd'").cause.split("\n")
    assert line[carets.index("^")] == "("


def test_patterns_end_in_bounded_time() -> None:
    document = run(name="a" * 100_000, note="a" * 100_000)
    begin = time.process_time()
    assert not fits("name like '%a%a%a%a%a%a%a%a%a%b'", document)
    assert not fits("note ~ 'a.*b'", document)
    assert time.process_time() - begin < 60  # minutes or years without the guards


@pytest.mark.parametrize(
    ("pattern", "text", "fit"),
    [
        ("%", "", True), ("", "", True), ("", "a", False), ("a%", "abc", True), ("%c", "abc", True), ("%b%",
        "abc", True),
        ("a%b%c", "a1b2c", True), ("a%b%c", "acb", False), ("_", "a", True), ("_", "ab", False), ("a.c",
        "abc", False),
        ("50%", "50\nlines", True), ("%b%b", "ab", False), ("%ab%ab%", "abab", True), ("a\\%", "a\\x", True),
        ("%%", "x", True), ("(", "(", True),
    ],
)  # fmt: skip
def test_like_is_sqls(pattern: str, text: str, fit: bool) -> None:
    assert fits(f"note like '{pattern}'", run(note=text)) is fit


def test_error_is_a_usage_error_with_exit_code_2() -> None:
    with pytest.raises(UsageError) as caught:
        compiled("metrcs.x > 1")
    assert caught.value.exit_code == 2
    assert caught.value.hint == "did you mean metrics.x"


def test_a_comparison_is_cheap() -> None:
    """Counted in calls of Python functions, which no machine makes faster or slower."""
    import sys

    calls = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    query = compiled("acc > 0.9")
    document = {"metrics": {"acc": summary(0.95)}, "params": {}, "attributes": {}}
    sys.setprofile(count)
    try:
        query.matches(document)
    finally:
        sys.setprofile(None)
    assert calls <= 6
