"""The list of runs, as `exp ls` prints it."""

from typing import Any

from expbench.render.runs import empty_text, headers, more_text, runs_csv, runs_table, status_cell
from expbench.render.style import PLAIN, Style
from tests.render.documents import NOW

ROWS: list[dict[str, Any]] = [
    {
        "id": "9x2m",
        "name": "calm-owl-12",
        "status": "running",
        "started_at": "2026-03-01T11:59:00Z",
        "duration_s": None,
        "metrics.acc": None,
        "params.lr": 0.01,
        "tags": [],
    },
    {
        "id": "7k3f",
        "name": "brisk-heron-417",
        "status": "finished",
        "started_at": "2026-03-01T09:00:00Z",
        "duration_s": 62.4,
        "metrics.acc": 0.9712345678,
        "params.lr": 0.1,
        "tags": ["base", "x"],
    },
]
COLUMNS = list(ROWS[0])


def test_the_list_reads_at_a_glance() -> None:
    assert runs_table(COLUMNS, ROWS, Style(False, 80, True), NOW).splitlines() == [
        "id    name             status      started  duration      acc    lr  tags",
        "9x2m  calm-owl-12      ● running   1m ago          –        –  0.01",
        "7k3f  brisk-heron-417  ✓ finished  3h ago      1m02s  0.97123   0.1  base, x",
    ]


def test_in_ascii_a_letter_tells_the_status() -> None:
    text = runs_table(
        ["id", "status"],
        [{"id": "a", "status": "failed"}, {"id": "b", "status": "finished"}],
        Style(False, 80, False),
        NOW,
    )
    assert text.isascii()
    assert text.splitlines() == ["id  status", "a   X failed", "b   F finished"]


def test_colour_comes_on_top_of_sign_and_word() -> None:
    text = runs_table(["id", "status"], [{"id": "a", "status": "failed"}], Style(True, 80, True), NOW)
    assert text.splitlines()[1] == "\x1b[35ma\x1b[0m   \x1b[31m✗ failed\x1b[0m"


def test_a_damaged_run_is_marked() -> None:
    assert "! damaged" in runs_table(["id", "status", "name"], [{"id": "a", "status": "damaged"}], PLAIN, NOW)


def test_a_status_of_a_newer_exp_is_shown_as_it_is() -> None:
    assert status_cell("paused", PLAIN) == ("paused", None)


def test_headers_are_short_where_that_is_clear() -> None:
    assert headers(["id", "metrics.acc", "created_at", "duration_s"]) == ["id", "acc", "created", "duration"]
    assert headers(["metrics.lr", "params.lr", "metrics."]) == ["metrics.lr", "params.lr", "metrics."]


def test_values_that_are_no_numbers_keep_their_column_to_the_left() -> None:
    rows: list[dict[str, Any]] = [{"params.x": "adam"}, {"params.x": 1}, {"params.x": True}, {"params.x": "1"}]
    assert runs_table(["params.x"], rows, PLAIN, NOW).splitlines() == ["x", "adam", "1", "true", '"1"']


def test_a_number_that_is_not_finite_counts_as_one() -> None:
    rows: list[dict[str, Any]] = [{"metrics.x": "NaN"}, {"metrics.x": 0.5}]
    assert runs_table(["metrics.x"], rows, PLAIN, NOW).splitlines() == ["  x", "NaN", "0.5"]


def test_csv_has_full_names_and_exact_values() -> None:
    assert runs_csv(COLUMNS, ROWS).splitlines() == [
        "id,name,status,started_at,duration_s,metrics.acc,params.lr,tags",
        "9x2m,calm-owl-12,running,2026-03-01T11:59:00Z,,,0.01,",
        '7k3f,brisk-heron-417,finished,2026-03-01T09:00:00Z,62.4,0.9712345678,0.1,"base,x"',
    ]


def test_an_empty_list_says_what_to_type() -> None:
    assert empty_text(False, Style(False, 80, True)).splitlines() == [
        "No runs yet.",
        "",
        "  exp run -- python train.py  record your first run",
        "  exp ls                      find it here",
        "  exp demo /tmp/exp-demo      or look around in a project with some dozen runs",
    ]
    assert empty_text(True, PLAIN) == "No run matches this filter.\nSee them all: exp ls"


def test_a_list_that_was_cut_says_so() -> None:
    assert more_text(20, 1234) == "20 of 1,234 runs; all of them: exp ls -n 1234"
    assert more_text(5, 5) == ""
