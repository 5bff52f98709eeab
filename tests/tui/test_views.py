"""View models without Textual: completion, facets, carets, detail, help, choosing, journal, rows."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from expbench.errors import UsageError
from expbench.render.style import PLAIN
from expbench.services.listing import compile_filter
from expbench.tui.journal import Entry
from expbench.tui.keys import KEYS
from expbench.tui.state import Choices
from expbench.tui.views.choosing import choice_lines, narrowed
from expbench.tui.views.choosing import names as column_names
from expbench.tui.views.completion import complete, put_in
from expbench.tui.views.detail import delta, detail_lines
from expbench.tui.views.empty import about_words, empty_lines
from expbench.tui.views.facets import facet_lines, facets, toggled
from expbench.tui.views.filtering import caret_line
from expbench.tui.views.help import help_lines, matching
from expbench.tui.views.journal import journal_lines, output_lines
from expbench.tui.views.lines import fitted, joined, line, text_of
from expbench.tui.views.picking import Group, Item, Wish
from expbench.tui.views.runs import Layout, RunLines, Scene, group_metrics, header, layout
from tests.services.runs_in_memory import run
from tests.tui.test_picking import AT, RUNS, case, snapshot_of

NOW = "2026-03-10T12:00:00.000000Z"


@pytest.mark.parametrize(
    ("text", "offers"),
    [
        ("ac", ["acc"]),
        ("lr > 1 and sta", ["status", "started", "stage:"]),
        ("", []),
        ("x > ", []),
        ("params.zzz", []),
    ],
)
def test_completion_offers_names_that_begin_so(text: str, offers: list[str]) -> None:
    assert list(complete(text, len(text), ["acc"], ["lr"]).offers) == offers


def test_completion_puts_names_of_other_characters_between_backticks() -> None:
    found = complete("f", 1, ["f1 score"], [])
    assert found.offers[0] == "`f1 score`"
    assert compile_filter("`f1 score` > 1", datetime.now(UTC)).text


def test_an_offer_takes_the_place_of_the_word_alone() -> None:
    found = complete("not ac > 1", 6, ["acc", "acc2"], [])
    assert put_in("not ac > 1", 6, found, 0) == ("not acc > 1", 7)
    assert put_in("not ac > 1", 6, found, 3) == ("not acc2 > 1", 8)


def caret(text: str) -> str:
    with pytest.raises(UsageError) as caught:
        compile_filter(text, datetime.now(UTC))
    return text_of(caret_line(caught.value, 3))


def test_the_caret_stands_under_the_mistake() -> None:
    assert caret("acc >> 1").startswith("   " + " " * 5 + "^ ")
    assert "a value is missing here" in caret("acc >> 1")


def test_where_the_text_was_cut_there_is_no_caret() -> None:
    assert "^" not in caret("acc > 1 and " * 20 + ">")


def test_facets_count_and_each_is_a_filter_that_keeps_as_many() -> None:
    snapshot = snapshot_of(RUNS)
    found = facets(snapshot, range(4))
    assert ("finished", 3) in {(one.words, one.runs) for one in found}
    for facet in found:
        if facet.filter:
            query = compile_filter(facet.filter, AT)
            documents = [snapshot.document(run_id) for run_id in snapshot.ids]
            assert sum(query.matches(one) for one in documents if one) == facet.runs, facet.filter


def test_a_facet_is_taken_out_of_the_filter_as_it_was_put_in() -> None:
    once = toggled("acc > 1 or lr > 2", "status = 'failed'")
    assert once == "(acc > 1 or lr > 2) and status = 'failed'"
    assert toggled(once, "status = 'failed'") == "(acc > 1 or lr > 2)"
    assert toggled("", "tag:'a'") == "tag:'a'"


def test_facet_lines_fit_whatever_a_value_is_called() -> None:
    found = facets(snapshot_of([case(0, experiment="名" * 500), case(1, experiment="\x1b[31mred")]), range(2))
    for spans in facet_lines(found, 24):
        assert sum(len(text.encode()) for text, _ in fitted(spans, 24)) >= 24
        assert "\x1b" not in text_of(spans)


@pytest.mark.parametrize(
    ("value", "base", "direction", "text", "look"),
    [
        (0.9, 0.8, "max", "+0.1 ▲", "good"),
        (0.7, 0.8, "max", "-0.1 ▼", "bad"),
        (0.7, 0.8, "min", "-0.1 ▼", "good"),
        (0.9, 0.8, "min", "+0.1 ▲", "bad"),
        (0.9, 0.8, None, "+0.1 ▲", "dim"),
    ],
)
def test_a_delta_says_by_sign_arrow_and_colour_whether_it_is_better(
    value: float, base: float, direction: str | None, text: str, look: str
) -> None:
    assert delta(round(value, 1), base, direction, PLAIN) == (text.replace("0.1", delta_number(value, base)), look)


def delta_number(value: float, base: float) -> str:
    from expbench.render.values import signed

    return signed(value - base).lstrip("+-")


@pytest.mark.parametrize(("value", "base"), [(1.0, 1.0), ("NaN", 1.0), (1.0, None), (float("nan"), 1.0), (True, 0)])
def test_there_is_no_delta_where_none_can_be(value: object, base: object) -> None:
    assert delta(value, base, "max", PLAIN) is None


def test_the_detail_tells_params_that_differ_from_the_baseline() -> None:
    lines = detail_lines(RUNS[2], RUNS[0], {"acc": "max"}, PLAIN, NOW)
    assert "lr=0.2" in joined(lines)
    assert [span.text for spans in lines for span in spans if span.look == "mark"] == ["lr=0.2 "]
    assert "+0.2 ▲" in joined(lines)
    assert "Too SHORT" in joined(lines)


def test_the_tall_detail_has_a_line_for_each_param() -> None:
    narrow = PLAIN._replace(width=40)
    lines = joined(detail_lines(RUNS[0], None, {}, narrow, NOW, tall=True)).splitlines()
    assert "params   lr=0.1" in lines
    assert "         seed=1" in lines


def scene(choices: Choices | None = None, width: int = 100) -> Scene:
    style = PLAIN._replace(width=width)
    return Scene(snapshot_of(RUNS), choices or Choices(), style, NOW, lambda _key: "max", 4)


def rows(view: Scene, items: Sequence[Item] = (), names: tuple[str, ...] = ()) -> tuple[Layout, list[str]]:
    documents = [document for run_id in view.snapshot.ids if (document := view.snapshot.document(run_id))]
    groups = [item for item in items if isinstance(item, Group)]
    shown = layout(documents, names, None, view, groups=groups)
    lines = RunLines(items or view.snapshot.ids, shown, view)
    return shown, [text_of(lines[number]).rstrip() for number in range(len(lines))]


def test_rows_begin_with_mark_and_status_letter() -> None:
    choices = Choices()
    choices.marks = {"000000000002": None}
    choices.baseline = "000000000001"
    _, lines = rows(scene(choices))
    assert [text[:3] for text in lines] == ["  X", "◆ F", "◎ F", "  F"]


def test_metrics_are_told_beside_the_baseline() -> None:
    choices = Choices()
    choices.baseline = "000000000000"
    _, lines = rows(scene(choices))
    assert "0.9 +0.4 ▲" in lines[2]
    assert "0.5" in lines[3]
    assert "+" not in lines[3]


@pytest.mark.parametrize("width", [1, 5, 20, 40, 80, 200])
def test_header_and_rows_are_of_one_width(width: int) -> None:
    view = scene(width=width)
    shown, lines = rows(view)
    assert all(len(text) <= max(width, 12) + 4 for text in lines)
    assert text_of(header(shown, view.style)).strip() or width < 5


def test_what_is_cut_ends_in_ascii_where_the_terminal_has_no_more() -> None:
    ascii_only = scene(width=60)._replace(style=PLAIN._replace(width=60, unicode=False))
    long_names = snapshot_of([run("000000000009", "long-name-" * 20, metrics={"accuracy-of-all-of-it": 0.5})])
    view = ascii_only._replace(snapshot=long_names)
    shown, lines = rows(view)
    assert "~" in lines[0]
    assert lines[0].isascii()
    assert text_of(header(shown._replace(curve="a-metric-with-a-long-name"), view.style)).isascii()


def test_columns_by_choice_and_from_a_later_one_on() -> None:
    view = scene()
    shown, lines = rows(view, names=("name", "lr"))
    assert list(shown.names) == ["name", "lr"]
    documents = [document for run_id in view.snapshot.ids if (document := view.snapshot.document(run_id))]
    later = layout(documents, ("name", "lr"), None, view, first=1)
    assert list(later.names) == ["lr"]
    assert text_of(header(later, view.style)).startswith("<1")
    assert "name-3" in lines[0]


def test_group_rows_have_mean_and_spread_below_their_metrics() -> None:
    view = scene()
    group = Group("a", ["000000000001", "000000000000"], {"acc": (0.7, 0.2828, 2)}, unfolded=False)
    shown, lines = rows(view, [group])
    assert group_metrics(shown) == ["acc"]
    assert lines[0].startswith("> a  (2)")
    assert "0.7 ±0.28" in lines[0]


def test_a_run_that_is_gone_says_so() -> None:
    _, lines = rows(scene(), ["zzzzzzzzzzzz"])
    assert lines == ["  ! zzzzzzzzzzzz can't be read any more"]


def test_help_names_every_key_with_its_command() -> None:
    text = joined(help_lines(KEYS))
    assert all(key.label in text for key in KEYS)
    assert "exp ls FILTER" in text


def test_the_palette_finds_by_words_id_and_command() -> None:
    assert [key.id for key in matching(KEYS, "baseline")] == ["pin"]
    assert "filter" in [key.id for key in matching(KEYS, "ls filter")]
    assert len(matching(KEYS, "")) == len(KEYS)


def test_names_to_choose_from_are_narrowed_and_the_beginning_counts_first() -> None:
    offered = column_names(["id"], ["val.acc", "acc"], ["lr"])
    assert offered[0] == "id"
    assert narrowed(offered, "acc")[0] == "metrics.acc"
    assert "[x] metrics.acc" in joined(choice_lines(["metrics.acc"], ["metrics.acc"], many=True))


def test_the_journal_shows_the_latest_first_and_says_what_came_of_it() -> None:
    first, second = Entry(NOW, ["tag", "7k3f", "+a b"]), Entry(NOW, ["rm", "x"], "sub dir")
    first.end("failed", "no such run")
    lines = joined(journal_lines([first, second])).splitlines()
    assert lines[0] == " 12:00:00  going on   cd 'sub dir' && exp rm x"
    assert lines[1] == " 12:00:00  failed     exp tag 7k3f '+a b'"
    assert "no such run" in joined(output_lines(first))
    assert output_lines(None) == []
    assert "Nothing was done yet" in joined(journal_lines([]))


def test_an_entry_keeps_only_its_last_lines() -> None:
    entry = Entry(NOW, ["repro", "x"])
    for number in range(Entry.MOST + 10):
        entry.printed(str(number))
    assert len(entry.output) == Entry.MOST
    assert entry.output[-1] == str(Entry.MOST + 9)


def test_an_empty_list_says_what_to_type() -> None:
    snapshot = snapshot_of([])
    assert "exp run -- python train.py" in joined(empty_lines(snapshot, narrowed=False))
    assert "Esc" in joined(empty_lines(snapshot, narrowed=True))
    assert "gone" in joined(empty_lines(snapshot._replace(trouble="it is gone"), narrowed=False))
    assert "reading" in joined(empty_lines(snapshot._replace(complete=False), narrowed=False))


def test_the_title_says_why_not_all_runs_are_there() -> None:
    wish = Wish("acc > 1", "x", "lr", reverse=True, group="experiment")
    words = about_words(snapshot_of(RUNS), wish, 2, 3)
    assert words == "2 of 4  f acc > 1  / x  by lr, reversed  grouped by experiment  3 marked"


def test_lines_are_filled_and_cut_to_the_cell() -> None:
    assert fitted(line("ab"), 4) == [("ab", None), ("  ", None)]
    assert fitted(line("abcdef", ("x", "dim")), 4) == [("abc…", None)]
    assert fitted(line("日本語"), 4) == [("日…", None), (" ", None)]
    assert fitted(line("a\x1b[2Jb"), 20)[0][0] == "a\\x1b[2Jb"
