"""`exp.toml` as data: each setting read, each wrong type named, each unknown name a warning."""

import re
import tomllib
from typing import Any

import pytest

from expbench.domain.entries import Entry
from expbench.domain.settings import DEFAULT_TOML, Settings, bytes_of, settings_from
from expbench.errors import EnvironmentUnusable, ExitCode


def settings(text: str) -> Settings:
    return settings_from(tomllib.loads(text))


def test_an_empty_document_gives_the_defaults() -> None:
    assert settings("") == Settings()
    assert Settings().max_file_size == 10_000_000


def test_the_file_that_init_writes_says_nothing_until_it_is_edited() -> None:
    assert tomllib.loads(DEFAULT_TOML) == {}


def test_every_setting_shown_in_that_file_is_valid_and_known() -> None:
    """With the lone # removed it must parse, give no warning, and set something everywhere."""
    found = settings(re.sub(r"^#(?=\S)", "", DEFAULT_TOML, flags=re.MULTILINE))
    assert found._replace(raw={}) == Settings(
        metric="acc",
        directions={"acc": "max"},
        tolerances={"acc": 1e-6},
        entries={"train": Entry("train", "python train.py --lr {lr}", {"lr": 0.1})},
        params_files=("configs/model.yaml",),
        metrics_files=("results/scores.json",),
        env_variables=("NCCL_DEBUG",),
        max_file_size=10_000_000,
        max_untracked_size=100_000_000,
        artifact_paths=("models/*.pt",),
    )


def test_metrics_may_be_nested_or_quoted_and_one_may_be_called_files() -> None:
    found = settings(
        """
        [metrics.val.loss]
        better = "min"
        [metrics.val]
        tolerance = 1
        [metrics."val/acc"]
        better = "max"
        [metrics.files]
        better = "max"
        """
    )
    assert found.directions == {"val.loss": "min", "val/acc": "max", "files": "max"}
    assert found.tolerances == {"val": 1.0}
    assert found.metrics_files == ()


def test_entries_take_text_or_words_and_flat_defaults() -> None:
    found = settings('[entries.a]\ncommand = ["x", "a b"]\nparams = {lr = 0.1, m = {n = [1, 2]}}')
    assert found.entries["a"] == Entry("a", ("x", "a b"), {"lr": 0.1, "m.n": "[1,2]"})


def test_commands_that_a_repository_brings_are_left_out() -> None:
    (warning,) = settings('[events]\npromote = ["rm", "-rf", "/"]\n').warnings
    assert "[events] is left out" in warning


def test_the_whole_document_is_there_for_other_sections() -> None:
    text = "[models.a.stages.production]\nrequire = ['x']\n" + "".join(
        f"[{name}]\nanything = 1\n" for name in "capture repro tui".split()
    )
    found = settings(text)
    assert found.warnings == ()
    assert found.raw["models"]["a"]["stages"]["production"]["require"] == ["x"]


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ('metrc = "acc"', "unknown setting metrc; did you mean metric?"),
        ("[snapshot]\nmax_filesize = 1", "unknown setting snapshot.max_filesize; did you mean max_file_size?"),
        ('[metrics.a]\nbeter = "max"', "unknown setting metrics.a.beter; did you mean better?"),
        ('[entries.a]\ncommand = "x"\nzzz = 1', "unknown setting entries.a.zzz"),
        ("[params]\nfile = []", "unknown setting params.file; did you mean files?"),
        ("[env]\nx = 1", "unknown setting env.x"),
    ],
)
def test_unknown_names_are_warnings(text: str, warning: str) -> None:
    assert settings(text).warnings == (f"exp.toml: {warning}",)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("metric = 3", "metric"),
        ('metric = ""', "metric"),
        ("metrics = 3", "metrics"),
        ("[metrics]\nacc = 3", "metrics.acc"),
        ("[metrics.acc]\nbetter = 'more'", "metrics.acc.better"),
        ("[metrics.acc]\nbetter = ['max']", "metrics.acc.better"),
        ("[metrics.acc]\ntolerance = '1'", "metrics.acc.tolerance"),
        ("[metrics.acc]\ntolerance = true", "metrics.acc.tolerance"),
        ("[metrics.acc]\ntolerance = nan", "metrics.acc.tolerance"),
        ("[metrics.acc]\ntolerance = -1", "metrics.acc.tolerance"),
        ("metrics.files = 'a'", "metrics.files"),
        ("entries = []", "entries"),
        ("[entries]\na = 'x'", "entries.a"),
        ("[entries.a]\nparams = {}", "entries.a.command"),
        ("[entries.a]\ncommand = ' '", "entries.a.command"),
        ("[entries.a]\ncommand = []", "entries.a.command"),
        ("[entries.a]\ncommand = [1]", "entries.a.command"),
        ("[entries.a]\ncommand = 'x'\nparams = 3", "entries.a.params"),
        ("params = 'params.yaml'", "params"),
        ("[params]\nfiles = 'a'", "params.files"),
        ("[env]\nvariables = [1]", "env.variables"),
        ("[snapshot]\nmax_file_size = 'big'", "snapshot.max_file_size"),
        ("[snapshot]\nmax_file_size = true", "snapshot.max_file_size"),
        ("[snapshot]\nmax_untracked_size = []", "snapshot.max_untracked_size"),
        ("[snapshot]\nmax_file_size = -1", "snapshot.max_file_size"),
    ],
)
def test_wrong_types_are_named(text: str, where: str) -> None:
    with pytest.raises(EnvironmentUnusable, match=r"exp\.toml can't be used") as caught:
        settings(text)
    assert caught.value.cause.startswith(f"{where} must be")
    assert caught.value.hint == f"correct {where} in exp.toml"
    assert caught.value.exit_code == ExitCode.ENVIRONMENT


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("10 MB", 10_000_000), ("10mb", 10_000_000), ("1.5GiB", 1_610_612_736), ("500", 500), ("500 B", 500),
        ("2k", 2000), ("1 KiB", 1024), ("1T", 10**12), ("", None), ("MB", None), ("-1 MB", None), ("1 XB", None),
    ],
)  # fmt: skip
def test_sizes(text: str, size: int | None) -> None:
    assert bytes_of(text) == size


def test_a_size_may_be_a_number_of_bytes() -> None:
    document: dict[str, Any] = {"snapshot": {"max_file_size": 0}}
    assert settings_from(document).max_file_size == 0
