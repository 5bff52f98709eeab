"""The tabs of the run screen as lines: what is known is there, it fits, and nothing is raw."""

from collections.abc import Iterable
from importlib import import_module
from typing import Any, cast

import pytest

from expbench.domain.alarms import Alarm
from expbench.domain.diff import FileChange
from expbench.domain.document import RunDocument
from expbench.domain.previews.preview import Preview
from expbench.render.printable import width
from expbench.render.style import Style
from expbench.services.checking import Check
from expbench.services.modelling import ModelDocument
from expbench.services.tracing import Trace
from expbench.tui.views.lines import Line, joined, text_of
from expbench.tui.views.run.artifacts import ArtifactLines, preview_page
from expbench.tui.views.run.code import MOST, about_code, file_lines, patch_of
from expbench.tui.views.run.lineage import lineage
from expbench.tui.views.run.metrics import MetricLines
from expbench.tui.views.run.pages import Findings, data, env, overview, params
from expbench.tui.views.run.tabs import TABS, head_line, tab_line
from tests.render.documents import NOW, first_run, second_run, summary
from tests.render.test_printable import raw

WIDE = Style(colour=True, width=118, unicode=True)
NARROW = Style(colour=True, width=79, unicode=True)
EVIL = "x\x1b[2J\u202e\u200b[red][@click=app.quit]\n" + "中e\u0301" * 300_000
CHECKS = [Check("code", "ok", "kept"), Check("data", "weak", "data/x is not in the DVC cache", "dvc fetch")]


def text(lines: Iterable[Line]) -> str:
    return joined(lines)


def poisoned() -> RunDocument:
    """A run with a megabyte of evil in every place."""
    run = cast(dict[str, Any], second_run())
    entry = {"path": EVIL, "hash": "0" * 32, "size": 3, "files": 1}
    run.update(
        name=EVIL, note=EVIL, command=[EVIL], cwd=EVIL, params={EVIL: EVIL}, param_sources={EVIL: EVIL},
        metrics={EVIL: summary("NaN", 1, 2, source=EVIL)}, warnings=[EVIL], tags=[EVIL], attributes={EVIL: EVIL},
        artifacts=[{"path": EVIL, "size": 1, "sha256": "0" * 64}], signal=EVIL, user=EVIL, host=EVIL,
        data={"version": EVIL, "inputs": [entry], "outputs": [entry]}, status="failed",
        links={"parent": EVIL, "reproduces": EVIL, "sweep": EVIL, "commits": [EVIL]},
        env={**run["env"], "python": EVIL, "variables": {EVIL: EVIL}},
    )  # fmt: skip
    run["code"].update(branch=EVIL, remote=EVIL, omitted=[{"path": EVIL, "size": 1, "reason": EVIL}])
    return cast(RunDocument, run)


def test_the_tabs_are_those_of_the_issue_and_each_can_be_drawn() -> None:
    assert [tab.name for tab in TABS] == [
        "Overview", "Params", "Metrics", "Code", "Data", "Env", "Artifacts", "Log", "Lineage",
    ]  # fmt: skip
    assert all(hasattr(import_module(tab.module), tab.kind) for tab in TABS)
    assert all("exp " in tab.cli for tab in TABS)
    assert width(text_of(tab_line("Log"))) <= 80
    assert [span.text for span in tab_line("Log") if span.look == "chosen"] == ["Log"]


def test_the_head_names_the_run_and_its_command() -> None:
    line = text_of(head_line(first_run(), TABS[7], NARROW))
    assert line.split() == [
        "✓",
        "finished",
        "brisk-heron-417",
        "7k3fq2m8x1bc",
        "$",
        "exp",
        "log",
        "7k3fq2m8x1bc",
        "-f",
    ]
    narrow = text_of(head_line(first_run(), TABS[8], NARROW._replace(width=50)))
    assert "$" not in narrow


def test_the_overview_has_what_matters_first() -> None:
    alarm = Alarm("nan", "loss", "NaN", 0.1)
    shown = text(overview(second_run(), Findings(CHECKS, [alarm]), WIDE, NOW))
    order = [
        "calm-owl-12",
        "loss is NaN",
        "dump.bin is larger",
        "data/x is not in the DVC cache",
        "dvc fetch",
        "--lr",
    ]
    places = [shown.index(word) for word in order]
    assert places == sorted(places)


def test_the_overview_says_that_it_is_looking() -> None:
    assert "pinned    looking" in text(overview(first_run(), Findings(), WIDE, NOW))


def test_the_verdict_is_on_the_overview() -> None:
    run = first_run()
    run["verdict"] = {
        "grade": "different", "reproduced_by": ["9x2mv5t0aaaa"], "inputs": [], "outputs": [],
        "metrics": [{"key": "loss", "a": 0.1, "b": 0.2, "equal": False, "first_difference_step": 3}],
    }  # fmt: skip
    shown = text(overview(run, Findings(CHECKS), WIDE, NOW))
    assert "different, reproduced by 9x2mv5t0aaaa" in shown
    assert "from step" in shown


def test_params_data_and_environment() -> None:
    run = first_run()
    assert "file:params.yaml" in text(params(run, Findings(), WIDE, NOW))
    shown = text(data(run, Findings(CHECKS), WIDE, NOW))
    assert "data/images" in shown
    assert "dvc fetch" in shown
    assert "kept" not in shown
    shown = text(env(run, Findings(packages={"numpy": "2.0", "attrs": "1"}), WIDE, NOW))
    assert shown.index("attrs") < shown.index("numpy")
    assert "reading" in text(env(run, Findings(), WIDE, NOW))
    assert "none are known" in text(env(run, Findings(packages={}), WIDE, NOW))


def metric_lines(run: RunDocument, style: Style, **curves: str) -> MetricLines:
    return MetricLines(run, curves, {"acc": "max", "loss": "min"}, style)


def test_metrics_have_a_line_each() -> None:
    lines = metric_lines(first_run(), WIDE, acc="▁▂▃")
    assert text_of(lines.header).split() == ["metric", "last", "min", "max", "step", "points", "from"]
    assert text_of(lines[0]).split() == ["▲", "acc", "▁▂▃", "0.9712", "0.41", "0.9733", "9", "10", "stdout"]
    assert text_of(lines[1]).split()[:2] == ["▼", "loss"]
    assert [text_of(line) for line in lines[0:2]] == [text_of(lines[0]), text_of(lines[1])]


@pytest.mark.parametrize("cells", [20, 40, 60, 79, 118, 200])
def test_metrics_fit_and_stand_below_their_headers(cells: int) -> None:
    run = first_run()
    run["metrics"]["m" * 100] = summary(-1.23456789e-300, -1e300, 1e300, 10**7)
    lines = metric_lines(run, WIDE._replace(width=cells), acc="▁" * 12)
    for line in (lines.header, *lines):
        assert width(text_of(line)) <= max(cells, 40)


def test_a_metric_of_nan_only_is_marked() -> None:
    run = first_run()
    run["metrics"] = {"loss": summary("NaN", cast(Any, "NaN"), cast(Any, "NaN"))}
    assert any(span.text.strip() == "NaN" and span.look == "bad" for span in metric_lines(run, WIDE)[0])


def test_ten_thousand_metrics_cost_the_lines_in_sight() -> None:
    run = first_run()
    run["metrics"] = {f"layer{number}/norm": summary(1.0, 0.0, 2.0) for number in range(10_000)}
    lines = metric_lines(run, WIDE)
    assert len(lines) == 10_000
    assert "layer9999/norm" in text_of(lines[9999])


def test_files_of_uncommitted_work() -> None:
    files: list[FileChange] = [
        {"path": "a.py", "status": "M", "from": None, "added": 3, "deleted": 1},
        {"path": "b.bin", "status": "A", "from": None, "added": None, "deleted": None},
        {"path": "new.py", "status": "R", "from": "old.py", "added": 0, "deleted": 0},
    ]
    assert [text_of(line).split() for line in file_lines(files)] == [
        ["M", "+3", "-1", "a.py"], ["A", "binary", "b.bin"], ["R", "new.py", "from", "old.py"],
    ]  # fmt: skip


def test_the_patch_knows_where_its_files_begin() -> None:
    words = "diff --git a/a b/a\n-x\n+y\ndiff --git a/b b/b\n context diff --git\n"
    patch = patch_of(words, WIDE)
    assert patch.starts == [0, 3]
    assert [span.look for line in patch.lines[1:3] for span in line] == ["bad", "good"]
    assert patch_of("", WIDE).lines == []


def test_a_patch_without_end_is_cut() -> None:
    patch = patch_of("diff --git a b\n" + "+x\n" * MOST, WIDE)
    assert "exp show RUN --patch" in text_of(patch.lines[-1])


def test_what_is_said_of_the_code() -> None:
    assert "nothing was uncommitted" in text(about_code(first_run(), [], WIDE, NOW))
    assert "dump.bin" in text(about_code(second_run(), [{"path": "a"}], WIDE, NOW))  # type: ignore[typeddict-item]  # a file is enough


def test_artifacts_and_what_they_hold() -> None:
    run = first_run()
    lines = ArtifactLines(run["artifacts"])
    assert text_of(lines[0]).split() == ["48.1", "kB", "model.pkl"]
    assert len(lines[0:5]) == 1
    page = text(preview_page(run["artifacts"][0], Preview("text", "hello"), WIDE))
    assert page == "model.pkl  48.1 kB, text\n\nhello"


def traced(**changes: Any) -> Trace:
    return Trace(None, None, [], [], [], [])._replace(**changes)


def version(**changes: Any) -> ModelDocument:
    return cast(ModelDocument, {"model": "digits", "version": "v0.0.1", "stages": [], "deprecated": False, **changes})


def test_lineage_goes_from_data_to_stages() -> None:
    trace = traced(versions=[version(stages=["production", "staging"]), version(version="v0.0.2", deprecated=True)])
    shown = text(lineage(first_run(), trace, WIDE).lines)
    order = [
        "data/digits.csv", "brisk-heron-417", "model.pkl", "digits@v0.0.1", "→ production", "→ staging",
        "digits@v0.0.2", "deprecated",
    ]  # fmt: skip
    places = [shown.index(word) for word in order]
    assert places == sorted(places)


def test_runs_in_the_lineage_can_be_opened() -> None:
    run, other = first_run(), second_run()
    trace = traced(parent=other, original=other, children=[other], reruns=[other, other], lost=["abcabcabcabc"])
    found = lineage(run, trace, WIDE)
    assert list(found.links.values()) == [other["id"]] * 5
    assert all("calm-owl-12" in text_of(found.lines[number]) for number in found.links)
    labels = [text_of(line).split()[0] for line in found.lines if text_of(line).strip()]
    assert {"reproduces", "reruns", "parent", "children", "gone"} <= set(labels)


def test_lineage_of_a_run_that_has_none() -> None:
    run = first_run()
    run["data"]["inputs"], run["artifacts"], run["code"]["snapshot"] = [], [], ""
    shown = text(lineage(run, traced(), WIDE).lines)
    assert "none tracked" in shown
    assert "no snapshot" in shown
    assert "exp models register" in shown
    assert "looking" in text(lineage(run, None, WIDE).lines)


def all_lines(run: RunDocument, style: Style) -> list[Line]:
    findings = Findings([Check("code", "bad", EVIL, EVIL)], [Alarm("nan", EVIL, "NaN", 1)], {EVIL: EVIL})
    change: FileChange = {"path": EVIL, "status": "R", "from": EVIL, "added": 1, "deleted": 1}
    trace = traced(parent=run, lost=[EVIL], versions=[version(model=EVIL, version=EVIL, stages=[EVIL])])
    pages = (overview, params, data, env)
    return [
        *(line for page in pages for line in page(run, findings, style, NOW)),
        *metric_lines(run, style), *file_lines([change]), *patch_of(f"+{EVIL}", style).lines,
        *about_code(run, [], style, NOW), *ArtifactLines(run["artifacts"]),
        *preview_page(run["artifacts"][0], Preview("text", EVIL), style), *lineage(run, trace, style).lines,
        head_line(run, TABS[0], style), tab_line("Log"),
    ]  # fmt: skip


@pytest.mark.parametrize("style", [NARROW, WIDE._replace(colour=False, unicode=False)], ids=["narrow", "ascii"])
def test_a_megabyte_of_evil_in_every_place(style: Style) -> None:
    from expbench.tui.views.lines import fitted

    for line in all_lines(poisoned(), style):
        shown = "".join(part for part, _ in fitted(line, style.width))
        assert raw(shown) == []
        assert width(shown) == style.width
