"""`exp ls`: filters, order, columns and formats, on runs in a real store."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from expbench.adapters.store.runs import FileStore, create_store_dir, open_store
from tests.adapters.store.runs import document, run_id_of
from tests.cli.conftest import Within
from tests.cli.program import refuse_constant


def metric(last: float | str) -> dict[str, Any]:
    return {"last": last, "min": 0.0, "max": 1.0, "first_step": 0, "last_step": 3, "count": 4, "source": "api"}


RUNS: list[dict[str, Any]] = [
    {"name": "base", "params": {"lr": 0.1, "model": "cnn"}, "metrics": {"acc": metric(0.5)}, "tags": ["baseline"]},
    {"name": "wide", "params": {"lr": 0.01, "model": "cnn"}, "metrics": {"acc": metric(0.9)}, "duration_s": 7200.0},
    {"name": "broken", "params": {"lr": 10, "model": "mlp"}, "status": "failed", "exit_code": 1},
    {
        "name": "nan",
        "params": {"lr": 0.5, "model": "mlp"},
        "metrics": {"acc": metric("NaN")},
        "attributes": {"x": "y"},
    },
    {"name": "long name", "params": {"lr": 0.1, "model": "cnn"}, "metrics": {"acc": metric(0.7)}},
]


@pytest.fixture
def store(repository: Path) -> FileStore:
    create_store_dir(str(repository / ".exp"))
    found = open_store(str(repository / ".exp"))
    for number, changes in enumerate(RUNS):
        found.create(document(number, **changes))
    return found


@pytest.fixture
def root(repository: Path, store: FileStore) -> Path:
    return repository


def names(within: Within, root: Path, *words: str) -> list[str]:
    """The names of the runs listed, in their order; warnings are allowed, errors are not."""
    found = within(root, "ls", *words, "--json")
    assert found.code == 0, found.err
    return [run["name"] for run in json.loads(found.out, parse_constant=refuse_constant)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("acc > 0.6", ["long name", "wide"]),
        ("metrics.acc > 0.6 and params.model = 'cnn'", ["long name", "wide"]),
        ("metrics.acc > 0.9", []),
        ("params.lr > 1", ["broken"]),
        ("lr > 1 or acc < 0.6", ["broken", "base"]),
        ("not model = cnn", ["nan", "broken"]),
        ("status = 'failed'", ["broken"]),
        ("attributes.status = 'FINISHED' and params.model = 'mlp'", ["nan"]),
        ("failed", ["broken"]),
        ("tag:baseline", ["base"]),
        ("tags.x LIKE '%y%'", ["nan"]),
        ("name ~ '^b'", ["broken", "base"]),
        ("model in ('mlp', 'rnn')", ["nan", "broken"]),
        ("acc is null", ["broken"]),
        ("duration > 1h", ["wide"]),
        ("(failed or tag:baseline) and lr >= 0.1", ["broken", "base"]),
        ("model = nothing", []),
        ("", ["long name", "nan", "broken", "wide", "base"]),
    ],
)
def test_filters(within: Within, root: Path, text: str, expected: list[str]) -> None:
    assert names(within, root, text) == expected


@pytest.mark.parametrize(
    ("text", "marked", "hint"),
    [
        ("metrcs.acc > 1", "metrcs", "metrics"),
        ("attributes.statsu = 'x'", "statsu", "status"),
        ("acc >", None, ""),
        ("(acc > 1", None, ""),
        ("acc > 1 and", None, ""),
        ("acc ~ '('", None, ""),
        ("duration > 1 parsec", None, ""),
    ],
)
def test_a_mistake_is_pointed_at(within: Within, root: Path, text: str, marked: str | None, hint: str) -> None:
    found = within(root, "ls", text)
    assert (found.code, found.out) == (2, "")
    lines = found.err.splitlines()
    assert lines[0].startswith("error: ")
    caret = next(line for line in lines if line.strip(" ^") == "" and "^" in line)
    above = lines[lines.index(caret) - 1]
    assert above.strip() == text
    if marked:
        assert above[caret.index("^") : caret.rindex("^") + 1].endswith(marked)
        assert hint in lines[-1]


def test_an_unknown_name_matches_nothing_and_is_told(within: Within, root: Path) -> None:
    found = within(root, "ls", "accc > 0.5", "--json")
    assert (found.code, found.out) == (0, "[]\n")
    assert found.err.startswith("warning: ")
    assert "did you mean acc" in found.err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--sort", "acc"), ["wide", "long name", "base", "nan", "broken"]),
        (("--sort", "acc", "--reverse"), ["base", "long name", "wide", "nan", "broken"]),
        (("--sort", "name"), ["base", "broken", "long name", "nan", "wide"]),
        (("--sort", "lr", "-n", "2"), ["broken", "nan"]),
        (("--reverse",), ["base", "wide", "broken", "nan", "long name"]),
        (("-n", "2"), ["long name", "nan"]),
        (("-n", "0"), []),
        (("-n", "1", "--reverse"), ["base"]),
        (("failed or lr = 0.5", "--sort", "created"), ["nan", "broken"]),
    ],
)
def test_order_and_count(within: Within, root: Path, words: tuple[str, ...], expected: list[str]) -> None:
    assert names(within, root, *words) == expected


def test_an_unknown_sort_key_is_refused(within: Within, root: Path) -> None:
    found = within(root, "ls", "--sort", "accc")
    assert (found.code, found.out) == (2, "")
    assert "did you mean acc" in found.err


def test_the_table_is_for_people(within: Within, root: Path) -> None:
    found = within(root, "ls")
    lines = found.out.splitlines()
    assert lines[0].split() == ["id", "name", "status", "started", "duration", "acc", "lr", "model"]
    assert [line.split()[0] for line in lines[1:]] == [run_id_of(number)[:4] for number in (4, 3, 2, 1, 0)]
    assert "\x1b" not in found.out
    assert found.err == ""


def test_columns_are_those_asked_for(within: Within, root: Path) -> None:
    found = within(root, "ls", "tag:baseline", "--columns", "name, lr,metrics.acc,tags,nothing")
    assert [line.split() for line in found.out.splitlines()] == [
        ["name", "lr", "acc", "tags", "nothing"],
        ["base", "0.1", "0.5", "baseline", "–"],
    ]
    assert "no run has nothing" in found.err


def test_csv_has_exact_values_for_programs(within: Within, root: Path) -> None:
    found = within(root, "ls", "--csv", "--columns", "id,name,acc,lr,duration,tags,exit_code")
    rows = list(csv.reader(io.StringIO(found.out)))
    assert rows[0] == ["id", "name", "acc", "lr", "duration_s", "tags", "exit_code"]
    assert rows[3] == [run_id_of(2), "broken", "", "10", "", "", "1"]
    assert rows[2][2] == "NaN"
    assert rows[5] == [run_id_of(0), "base", "0.5", "0.1", "", "baseline", ""]


def test_twenty_are_shown_and_the_rest_is_told(within: Within, root: Path, store: FileStore) -> None:
    for number in range(100, 130):
        store.create(document(number))
    found = within(root, "ls")
    assert len(found.out.splitlines()) == 21
    assert found.err == "20 of 35 runs; all of them: exp ls -n 35\n"
    assert len(within(root, "ls", "--csv").out.splitlines()) == 36
    assert len(names(within, root)) == 35
    assert len(within(root, "ls", "-n", "35").out.splitlines()) == 36


def test_json_leaves_out_packages_and_nothing_else(within: Within, root: Path, store: FileStore) -> None:
    listed = json.loads(within(root, "ls", "--json").out)[0]
    shown = json.loads(within(root, "show", "@", "--json").out)
    assert shown["env"].pop("packages") == {"numpy": "1.26.4"}
    assert listed == shown


def test_a_damaged_run_is_named_and_the_others_are_listed(within: Within, root: Path, store: FileStore) -> None:
    journal = Path(store.run_dir(run_id_of(1))) / "events.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b"wide", b"w\0de"))
    within(root, "doctor", "--repair")
    found = within(root, "ls", "--json")
    assert found.code == 0
    assert f"warning: run {run_id_of(1)} is damaged: runs/{run_id_of(1)}/events.jsonl: line 1: " in found.err
    # What the index last told of it stays, under that warning.
    assert [run["name"] for run in json.loads(found.out)] == ["long name", "nan", "broken", "wide", "base"]
    assert within(root, "show", run_id_of(1)).code == 1


def test_exp_toml_names_the_headline_metric(within: Within, root: Path, store: FileStore) -> None:
    (root / "exp.toml").write_text('metric = "f1"\n')
    store.create(document(50, metrics={"acc": metric(0.1), "f1": metric(0.25)}))
    assert within(root, "ls").out.splitlines()[0].split()[5] == "f1"


def test_colour_only_where_it_is_wanted(within: Within, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in within(root, "ls").out
    assert "\x1b" not in within(root, "ls", "--json").out
    assert "\x1b" not in within(root, "ls", "--csv").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in within(root, "ls").out


@pytest.mark.parametrize("columns", [1, 2, 10, 20, 40, 80])
def test_columns_of_the_terminal_are_honoured(
    within: Within, root: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for words in (("ls",), ("show", "@"), ("diff", "@", "@~1")):
        found = within(root, *words)
        assert found.code == 0
        assert max(map(len, found.out.splitlines())) <= max(columns, 20)
