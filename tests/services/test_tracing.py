"""What a run hangs on, and what hangs on it."""

from typing import Any, cast

from expbench.domain.document import RunDocument, Verdict
from expbench.services.modelling import ModelDocument
from expbench.services.tracing import trace
from tests.services.runs_in_memory import RunsInMemory, run

A, B, C, D, E = (letter * 4 + "00000000" for letter in "abcde")


def linked(run_id: str, hour: int = 0, **links: str) -> RunDocument:
    document = run(run_id, f"run-{run_id[0]}", hour)
    document["links"].update(cast(Any, links))
    return document


def names(documents: list[RunDocument]) -> str:
    return "".join(document["id"][0] for document in documents)


def test_parents_children_and_reruns() -> None:
    middle = linked(B, 2, parent=A, reproduces=E)
    store = RunsInMemory(
        [linked(A, 1), middle, linked(C, 3, parent=B), linked(D, 4, reproduces=B), linked(E, 0), linked("f" * 12, 9)]
    )
    found = trace(store, middle, [])
    assert found.parent is not None
    assert found.original is not None
    assert (found.parent["id"], found.original["id"]) == (A, E)
    assert (names(found.children), names(found.reruns), found.lost) == ("c", "d", [])
    assert store.selections == 1


def test_a_rerun_that_only_the_verdict_names() -> None:
    document = linked(A)
    verdict: Verdict = {"grade": "equal", "reproduced_by": [B, C], "metrics": [], "outputs": [], "inputs": []}
    document["verdict"] = verdict
    found = trace(RunsInMemory([document, linked(B, 1)]), document, [])
    assert (names(found.reruns), found.lost) == ("b", [C])


def test_runs_that_are_gone_are_named() -> None:
    document = linked(A, parent=B, reproduces=C)
    found = trace(RunsInMemory([document]), document, [])
    assert (found.parent, found.original, found.lost) == (None, None, [B, C])


def test_versions_of_this_run_only() -> None:
    models = cast(list[ModelDocument], [{"run": A, "version": "v1"}, {"run": B, "version": "v2"}, {"run": None}])
    found = trace(RunsInMemory([linked(A)]), linked(A), models)
    assert [version["version"] for version in found.versions] == ["v1"]
