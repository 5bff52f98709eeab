"""What `--json` prints is exactly what the contract says, for runs of every kind."""

import json
import math
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from expbench.domain.document import RunDocument
from expbench.domain.fold import blank
from tests.cli.program import exp, git, inside, refuse_constant
from tests.schema.documents import AXES, CHECKS, DIFF, LISTED_RUN, RUN, SERIES
from tests.schema.zoo import NAMES, Zoo


@pytest.fixture(scope="module")
def zoo(template_repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zoo]:
    made = Zoo(template_repository, tmp_path_factory.mktemp("zoo"))
    yield made
    made.close()


def ask(root: Path, *words: str) -> Any:
    """What the command prints within this process, which must be strict JSON in ASCII."""
    done = inside(root, *words, "--json")
    assert done.code == 0, done.err
    assert done.out.isascii()
    assert done.out.endswith("\n")
    return json.loads(done.out, parse_constant=refuse_constant, object_pairs_hook=_no_key_twice)


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    twice = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
    assert twice == []
    return dict(pairs)


def check(answer: Any, schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(answer, schema, cls=jsonschema.Draft202012Validator)


def by_name(zoo: Zoo) -> dict[str, dict[str, Any]]:
    return {found["name"]: found for root in zoo.roots for found in ask(root, "ls")}


def test_every_listed_run_is_as_the_contract_says(zoo: Zoo) -> None:
    for root in zoo.roots:
        runs = ask(root, "ls")
        check(runs, {"type": "array", "items": LISTED_RUN, "minItems": 1})
        assert [run["created_at"] for run in runs] == sorted((run["created_at"] for run in runs), reverse=True)


def test_every_shown_run_is_as_the_contract_says_and_equals_the_listed_one(zoo: Zoo) -> None:
    for root in zoo.roots:
        for listed in ask(root, "ls"):
            shown = ask(root, "show", listed["id"])
            check(shown, RUN)
            del shown["env"]["packages"]
            if listed["status"] == "running":  # its metrics go on
                del shown["metrics"], listed["metrics"]
            assert shown == listed


def test_documents_are_consistent_in_themselves(zoo: Zoo) -> None:
    for run in by_name(zoo).values():
        assert run["code"]["ref"] == f"refs/exp/runs/{run['id']}"
        assert not (run["code"]["complete"] and run["code"]["omitted"])
        assert set(run["params"]) == set(run["param_sources"])
        assert not (run["exit_code"] is not None and run["signal"] is not None)
        moments = [run[key] for key in ("created_at", "started_at", "ended_at") if run[key]]
        assert moments == sorted(moments)
        for entry in (*run["data"]["inputs"], *run["data"]["outputs"]):
            assert (entry["files"] == 1) or entry["hash"].endswith(".dir")


def test_each_status_is_true(zoo: Zoo) -> None:
    runs = by_name(zoo)
    told = {name: (run["status"], run["exit_code"], run["signal"]) for name, run in runs.items()}
    assert told["clean"] == ("finished", 0, None)
    assert told["failed"] == ("failed", 3, None)
    assert told["killed"] == ("killed", None, "SIGTERM")
    assert told["crashed"] == ("failed", None, "SIGSEGV")
    assert told["alive"] == ("running", None, None)
    assert told["queued"] == ("queued", None, None)
    assert told["dead"] == ("killed", None, "SIGKILL")
    assert told["lost"] == ("lost", None, None)


def test_each_shape_of_the_repository_is_told(zoo: Zoo) -> None:
    runs = by_name(zoo)
    code = {name: run["code"] for name, run in runs.items()}
    assert (code["unborn"]["commit"], code["unborn"]["branch"], code["unborn"]["dirty"]) == (None, "new", True)
    assert (code["incomplete"]["branch"], code["incomplete"]["complete"]) == (None, False)
    assert code["incomplete"]["remote"] == "https://example.org/x.git"
    assert code["clean"]["branch"] == "main"
    for root in zoo.roots:
        for found in ask(root, "ls"):
            if found["status"] != "lost" and found["code"]["snapshot"]:
                assert git(root, "rev-parse", found["code"]["ref"]).strip() == found["code"]["snapshot"]


def test_params_keep_their_types_and_sources(zoo: Zoo) -> None:
    clean = by_name(zoo)["clean"]
    assert clean["params"] == {
        "lr": 0.1,
        "nested.on": True,
        "nested.none": None,
        "nested.when": "2026-01-01",
        "nested.text": "1e5",
        "seed": 3,
        "k": "v",
        "x": 1,
    }
    assert clean["param_sources"]["lr"] == "file:params.yaml"
    assert (clean["param_sources"]["seed"], clean["param_sources"]["x"]) == ("cli", "argv")
    assert (clean["tags"], clean["attributes"], clean["note"]) == (["x", "y"], {"k": "v"}, "a\nb")


def test_numbers_that_json_lacks_are_their_names(zoo: Zoo) -> None:
    metrics = by_name(zoo)["numbers"]["metrics"]
    last = {key: summary["last"] for key, summary in metrics.items() if summary["source"] == "file:metrics.json"}
    assert (last["nan"], last["inf"], last["low"]) == ("NaN", "Infinity", "-Infinity")
    assert (last["big"], last["huge"]) == (1e308, 1e30)
    assert math.copysign(1, last["zero"]) == -1


def test_data_is_what_the_paths_truly_held(zoo: Zoo) -> None:
    runs = by_name(zoo)
    tracked, again = runs["tracked"]["data"], runs["again"]["data"]
    assert [entry["path"] for entry in tracked["inputs"]] == ["data", "file"]
    assert tracked["inputs"][1]["hash"] == "8977dfac2f8e04cb96e66882235f5aba"  # md5 of "changed"
    assert tracked["outputs"] == again["inputs"]
    assert again["outputs"] == []
    assert tracked["version"] != again["version"]
    assert any("gone" in text for text in runs["tracked"]["warnings"])
    assert runs["clean"]["data"]["version"] is None


def test_hostile_names_come_back_exactly(zoo: Zoo) -> None:
    assert set(NAMES) <= set(by_name(zoo))


def test_differences_are_as_the_contract_says(zoo: Zoo) -> None:
    for root in zoo.roots:
        names = {found["id"]: found["name"] for found in ask(root, "ls")}
        ids = [*names]
        for a, b in [*pairwise(ids), (ids[-1], ids[0]), (ids[0], ids[0])]:
            answer = ask(root, "diff", a, b)
            check(answer, DIFF)
            assert (answer["a"], answer["b"]) == (a, b)
            unknown = [axis for axis in AXES if answer[axis]["same"] is None]
            assert unknown == [] or {names[a], names[b]} & {"queued", "lost"}, unknown
            assert a != b or all(answer[axis]["same"] is not False for axis in AXES)
        check(ask(root, "diff", ids[0], ids[-1], "--only", "params"), DIFF)


def test_series_and_checks_and_trash_are_as_the_contract_says(zoo: Zoo) -> None:
    root = zoo.roots[0]
    check(ask(root, "doctor"), CHECKS)
    for run in ("clean", "incomplete", "dead", "queued"):
        check(ask(root, "doctor", run), CHECKS)
    for key in ask(root, "show", "failed")["metrics"]:
        check(ask(root, "metric", "failed", key), SERIES)
    exp(root, "rm", "crashed", "lost")
    check(ask(root, "trash"), {"type": "array", "items": LISTED_RUN, "minItems": 2, "maxItems": 2})
    exp(root, "undo")
    check(ask(root, "trash"), {"type": "array", "maxItems": 0})


def test_a_blank_document_has_every_key_and_the_types_know_each() -> None:
    first = blank("0123456789ab", "name", "2026-01-01T00:00:00.000000Z")
    check(first, RUN)
    assert set(RunDocument.__annotations__) == set(RUN["properties"])
