"""Nothing that came from data reaches a terminal raw: 90 hostile strings in every field, through every command."""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from contextlib import chdir
from itertools import cycle, islice
from pathlib import Path
from typing import Any, cast

import pytest

from expbench.adapters.store.liveness import hold
from expbench.adapters.store.runs import FileStore, create_store_dir, open_store
from expbench.cli.commands import COMMANDS
from expbench.domain.document import RunDocument
from expbench.domain.events import Event
from tests.adapters.execution.harness import Screen
from tests.adapters.store.runs import AT, document, run_id_of
from tests.cli.program import EXP, Outcome, exp, inside
from tests.render.test_printable import raw

OUR_COLOURS = re.compile(r"\x1b\[\d+m")
CONTROLS = [chr(code) for code in range(32) if code] + [chr(code) for code in range(127, 160)]
UNSEEN = list(
    "\u200b\u200c\u200d\u200e\u200f\u2060\u2061\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\xad"
)
SEQUENCES = [
    "\x1b[2J\x1b[H", "\x1b]0;title\x07", "\x1b]52;c;aGVsbG8=\x07", "\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\",
    "\x1bP+q544e\x1b\\", "\x1b[?1049h", "\x9b31m", "\x1bc", "\x1b_Gi=1\x1b\\", "\x1b[6n", "\x1b^x\x1b\\",
    "\x1bXx\x1b\\",
]  # fmt: skip
WORDS = [
    "[red]x[/red]", "[@click=app.quit]x[/]", "\\[x]", "%s%n{0}{x}", "$(touch x)", "`touch x`", "'\"; --", "-n",
    "../../etc/passwd", "a" * 5000, "中文" * 300, "e" + "\u0301" * 500, "\ud800", "\udcff\udcfe",
    "\U000e0041\U000e007f", "\x1b",
    "\u2028\u2029", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "nan", "NaN", "@", "best:acc", "=cmd|' /C x'!A0",
    "--json",
]  # fmt: skip
HOSTILE = [*(f"x{char}y" for char in CONTROLS + UNSEEN), *SEQUENCES, *WORDS]
# What the kernel, or `execve`, or a command line can't carry at all is left to planted documents.
TYPED = [text for text in HOSTILE if "\ud800" not in text and len(text) < 1000]
FEW = [*TYPED[::4], *SEQUENCES]


def test_there_are_enough_of_them() -> None:
    assert len(set(HOSTILE)) >= 90


def poisoned(text: str, number: int) -> RunDocument:
    """A run with this text wherever a text may stand."""
    first = cast(dict[str, Any], document(number, status=("finished", "failed", "killed")[number % 3]))
    summary = {"last": "NaN", "min": 0.5, "max": 1, "first_step": 0, "last_step": 9, "count": 10, "source": "api"}
    entry = {"path": text, "hash": "0" * 32, "size": 3, "files": 1}
    first.update(
        name=text, experiment=text, signal=text, command=["python", text], cwd=text, entry=text, user=text, host=text,
        executor=text, params={text: text, "p": text}, param_sources={text: f"file:{text}", "p": "cli"}, tags=[text],
        metrics={text: {**summary, "source": f"file:{text}"}, "acc": {**summary, "last": number / 100}},
        attributes={text: text}, note=f"{text}\n{text}", warnings=[text],
        artifacts=[{"path": text, "size": 1, "sha256": "0" * 64}],
        links={"reproduces": text, "parent": text, "sweep": text, "commits": [text]},
        data={"version": text, "inputs": [entry], "outputs": [{**entry, "hash": "1" * 32}]},
        env={"python": text, "platform": text, "hash": text, "lock": {"path": text, "hash": text},
             "packages": {text: text}, "hardware": {text: text}, "variables": {text: text}},
    )  # fmt: skip
    first["code"].update(branch=text, omitted=[{"path": text, "size": 1, "reason": text}], remote=text, dirty=True)
    return cast(RunDocument, first)


@pytest.fixture(scope="module")
def store(template_repository: Path, tmp_path_factory: pytest.TempPathFactory) -> FileStore:
    """One store with a run for each text, and three of them in the trash."""
    root = tmp_path_factory.mktemp("hostile") / "repo"
    subprocess.run(["cp", "-R", str(template_repository), str(root)], check=True)
    create_store_dir(str(root / ".exp"))
    made = open_store(str(root / ".exp"))
    made.create_many([Event("created", AT, dict(poisoned(text, number)))] for number, text in enumerate(HOSTILE))
    for number, text in enumerate(HOSTILE):
        (Path(made.run_dir(run_id_of(number))) / "out.log").write_bytes(text.encode("utf-8", "surrogatepass") + b"\n")
    return made


@pytest.fixture(scope="module")
def root(store: FileStore) -> Path:
    return Path(store.exp_dir).parent


def assert_harmless(done: Outcome, *, colours: bool = False) -> None:
    assert done.code in (0, 1, 2, 3, 125, 126, 127), done.err
    for text in (done.out, done.err):
        bare = OUR_COLOURS.sub("", text) if colours else text
        assert raw(bare, newlines=True) == []


@pytest.fixture(params=[False, True], ids=["plain", "coloured"])
def colours(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if request.param:
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("COLUMNS", "100")
    return bool(request.param)


def test_lists(root: Path, colours: bool) -> None:
    columns = "id,name,experiment,command,cwd,entry,user,host,branch,tags,note,p,params.p,acc,status,tags.x"
    for words in (
        ("ls", "-n", "500"),
        ("ls", "-n", "500", "--columns", columns),
        ("ls", "--csv", "--columns", columns),
    ):
        found = inside(root, *words)
        assert_harmless(found, colours=colours)
        assert "\\x" in found.out
    assert inside(root, "ls", "--json").out.isascii()


def test_how_things_stand(root: Path, store: FileStore, colours: bool) -> None:
    evil = [run_id_of(number) for number in range(0, len(HOSTILE), 9)]
    locks = [hold(store.run_dir(run_id)) for run_id in evil]
    for run_id in evil:
        store.append(run_id, [Event("started", AT, {"pid": 1})])
    for words in (("status",), ("status", "--tmux"), ("top", "--once", "-n", "500")):
        assert_harmless(inside(root, *words), colours=colours)
    assert inside(root, "status", "--json").out.isascii()
    for lock in locks:
        lock.release()


def test_pages(root: Path, colours: bool) -> None:
    for number in range(len(HOSTILE)):
        assert_harmless(inside(root, "show", run_id_of(number)), colours=colours)


def test_logs(root: Path, colours: bool) -> None:
    for number in range(len(HOSTILE)):
        found = inside(root, "log", run_id_of(number))
        assert found.code == 0
        assert_harmless(found)


def test_differences(root: Path, colours: bool) -> None:
    for number in range(0, len(HOSTILE) - 1, 2):
        words = ("diff", run_id_of(number), run_id_of(number + 1), "--all", "--patch")
        assert_harmless(inside(root, *words), colours=colours)


def test_doctor(root: Path, colours: bool) -> None:
    for number in range(0, len(HOSTILE), 3):
        assert_harmless(inside(root, "doctor", run_id_of(number)), colours=colours)


def test_the_trash_and_its_emptying(root: Path, store: FileStore, colours: bool) -> None:
    store.remove([run_id_of(number) for number in range(len(HOSTILE))])
    for words in (("trash",), ("gc",), ("doctor",), ("ls",)):
        assert_harmless(inside(root, *words), colours=colours)
    assert inside(root, "trash", "--json").out.isascii()
    for number in range(len(HOSTILE)):
        store.restore(run_id_of(number))


PLACES = [
    ("show", "TEXT"), ("show", "best:TEXT"), ("show", ":/TEXT"), ("show", "TEXT@v1"), ("ls", "TEXT"), ("TEXT",),
    ("ls", "name = 'TEXT'"), ("ls", "TEXT > 3"), ("ls", "--sort", "TEXT"), ("ls", "--columns", "TEXT"),
    ("ls", "--TEXT"), ("ls", "-n", "TEXT"), ("diff", "@", "@~1", "--only", "TEXT"), ("tag", "@", "TEXT"),
    ("rm", "no TEXT"), ("metric", "@", "TEXT"), ("plot", "TEXT"), ("run", "TEXT"),
    ("run", "-P", "TEXT", "--", "true"), ("stop", "TEXT", "--grace", "TEXT"),
    ("run", "--timeout", "TEXT", "--", "true"), ("run", "--artifact", "../TEXT", "--", "true"),
    ("run", "--", "/no/such/TEXT"),
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES, ids=" ".join)
def test_errors_about_what_was_typed(root: Path, place: tuple[str, ...]) -> None:
    for text in FEW:
        words = [word.replace("TEXT", text) for word in place]
        assert_harmless(inside(root, *words))


def test_words_about_edits(repository: Path) -> None:
    """Renaming, tagging and noting say what they did; unknown settings are told in warnings."""
    exp(repository, "run", "--name", "x", "--", "true")
    for text in FEW:
        for words in (("rename", "@", f"a{text}"), ("tag", "@", f"+{text}", f"k={text}"), ("note", "@", text)):
            assert_harmless(inside(repository, *words))
        assert_harmless(inside(repository, "note", "@"))
    assert_harmless(inside(repository, "undo"))
    keys = [text.translate({code: f"\\U{code:08x}" for code in map(ord, text)}) for text in TYPED if not lone(text)]
    (repository / "exp.toml").write_text("".join(f'"{key}" = 1\n' for key in keys))
    warned = inside(repository, "ls")
    assert_harmless(warned)
    assert warned.err.count("unknown setting") == len(keys)


def lone(text: str) -> bool:
    """Whether the text holds a surrogate, which TOML can't."""
    return text.encode(errors="ignore").decode() != text


def test_names_of_files_and_folders(repository: Path) -> None:
    """They come from the working tree: folders, untracked files that are left out, params files, data."""
    evil = "e\x1b]52;c;aGk=\x07\u202evil"
    folder = repository / evil
    folder.mkdir()
    (folder / "params.yaml").write_text(f'"k\\e[31m": "v\\u202E"\n{json.dumps(evil)}: 1\n')
    with (folder / f"{evil}.bin").open("wb") as file:
        file.truncate(11_000_000)
    for words in (
        ("run", "--", "true"),
        ("run", "--", f"./{evil}"),
        ("show",),
        ("doctor", "@"),
        ("ls",),
        ("run", evil),
    ):
        done = exp(folder, *words)
        assert_harmless(done)
    (repository / "exp.toml").write_text(f"{evil!r} = ")
    assert_harmless(exp(folder, "ls"))


def test_names_in_a_damaged_store(root: Path, store: FileStore) -> None:
    """A hostile name in a journal that no longer checks, in a folder's name, in the index."""
    number = HOSTILE.index("\x1b[2J\x1b[H")
    journal = Path(store.run_dir(run_id_of(number))) / "events.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-20] + b"\x1b[2J\n")
    (root / ".exp" / "runs" / "\x1b[2J").mkdir()
    (root / ".exp" / "runs" / run_id_of(100_000)).write_text("\x1b[2J")
    try:
        for words in (("doctor",), ("ls",), ("ls", "-n", "500"), ("show", run_id_of(number)), ("trash",)):
            assert_harmless(inside(root, *words))
    finally:
        journal.write_bytes(whole)
        (root / ".exp" / "runs" / "\x1b[2J").rmdir()
        (root / ".exp" / "runs" / run_id_of(100_000)).unlink()


@pytest.mark.parametrize(
    "words",
    [("ls", "-n", "500"), ("show", run_id_of(60)), ("diff", run_id_of(60), run_id_of(70)), ("log", run_id_of(60))],
)
def test_on_a_real_terminal(root: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    with chdir(root), Screen([*EXP, *words]) as screen:
        assert screen.end() == 0
        seen = screen.seen.decode().replace("\r\n", "\n")
    assert OUR_COLOURS.search(seen) is not None or words[0] == "log"
    assert raw(OUR_COLOURS.sub("", seen), newlines=True) == []


def test_completion_and_help_hold_no_data(root: Path) -> None:
    for name in COMMANDS:
        assert_harmless(inside(root, name, "--help"))


def test_a_bug_report_holds_no_raw_text(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = "".join(islice(cycle(TYPED), len(TYPED)))

    def broken(*_arguments: object) -> None:
        raise RuntimeError(texts)

    monkeypatch.setattr("expbench.cli.ls.list_runs", broken)
    done = inside(root, "ls", texts)
    assert done.code == 70
    assert raw(done.err, newlines=True) == []


def environment_without_utf8() -> Mapping[str, str]:
    return {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TERM": "dumb"}


@pytest.mark.parametrize(
    "words", [("ls", "-n", "500"), ("show", run_id_of(60)), ("ls", "--json"), ("log", run_id_of(100))]
)
def test_where_the_terminal_knows_only_ascii(root: Path, words: tuple[str, ...]) -> None:
    done = exp(root, *words, env=environment_without_utf8())
    assert done.code == 0
    assert done.out.isascii()
    assert raw(done.out, newlines=True) == []


def test_a_lock_file_that_says_something_else(root: Path, store: FileStore) -> None:
    """What stands in a run's lock file is never shown, nor a process id believed that is none."""
    run_dir = store.run_dir(run_id_of(60))
    lock = hold(run_dir)
    Path(run_dir, "lock").write_bytes(b"\x1b[2J boot 1\x1b[2J\n")
    try:
        assert_harmless(inside(root, "stop", run_id_of(60)))
        assert_harmless(inside(root, "rm", run_id_of(60)))
    finally:
        lock.release()
        os.unlink(os.path.join(run_dir, "lock"))
