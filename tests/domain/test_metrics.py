"""Metrics: numbers stay what they are, and a direction is guessed only where a name tells it."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.metrics import (
    better_direction,
    flatten_metrics,
    headline,
    summaries_of_files,
    summary_of_value,
)
from expbench.domain.numbers import number_from_json, number_to_json


@pytest.mark.parametrize(
    "key",
    "loss val_loss val/loss train.loss valLoss loss_epoch error top1_error error_rate rmse MAE perplexity wer cer "
    "FID latency latency_ms fit_time score_time epoch_time seconds_per_step nll log_loss "
    "loss_discriminator word_error_rate mean_squared_error time neg_accuracy".split(),
)
def test_less_is_better(key: str) -> None:
    assert better_direction(key, {}) == "min"


@pytest.mark.parametrize(
    "key",
    "acc accuracy test/acc val_acc acc1 top5_acc f1 F1 f1_macro macro.f1 "
    "auc roc_auc precision_at_k recall@5 score episode_reward bleu rougeL rouge-2 mAP "
    "map50 iou mIoU r2 dice throughput samples_per_second "
    "tokens/s_throughput neg_log_loss neg_mean_squared_error valAccuracy".split(),
)
def test_more_is_better(key: str) -> None:
    assert better_direction(key, {}) == "max"


@pytest.mark.parametrize(
    "key",
    "lr learning_rate loss_scale loss_weight epoch step grad_norm system/gpu_time system/cpu x params feature_map "
    "accurate timestamp lossless description Größe 🎉 _".split(),
)
def test_where_nothing_tells_nothing_is_guessed(key: str) -> None:
    assert better_direction(key, {}) is None


def test_what_is_declared_counts_before_any_guess() -> None:
    assert better_direction("loss", {"loss": "max"}) == "max"
    assert better_direction("val/loss", {"loss": "max"}) == "max"
    assert better_direction("val/loss", {"loss": "max", "val/loss": "min"}) == "min"
    assert better_direction("x", {"x": "sideways"}) is None


@given(st.text())
def test_any_key_has_a_direction_or_none(key: str) -> None:
    assert better_direction(key, {}) in {"max", "min", None}


def test_a_value_is_a_series_of_one_point() -> None:
    assert summary_of_value(0.5, "file:metrics.json") == {
        "last": 0.5, "min": 0.5, "max": 0.5,
        "first_step": 0, "last_step": 0, "count": 1, "source": "file:metrics.json",
    }  # fmt: skip
    assert summary_of_value(math.nan, "api")["last"] == "NaN"


@given(st.floats() | st.integers())
def test_numbers_come_back_from_strict_json(value: float) -> None:
    back = number_from_json(json.loads(json.dumps(number_to_json(value), allow_nan=False)))
    assert back == value or (math.isnan(back) and math.isnan(value))
    assert type(back) is type(value)


@pytest.mark.parametrize("text", ["", "0.5", "nan", "inf"])
def test_other_texts_are_no_numbers(text: str) -> None:
    with pytest.raises(ValueError, match="no number"):
        number_from_json(text)


def test_only_numbers_of_a_document_are_metrics() -> None:
    document: dict[Any, Any] = {
        "train": {"loss": 0.5, "acc": 1}, "flag": True, "name": "x", "list": [1, 2], "none": None,
        "nan": math.nan, "huge": 10**400, "big": 10**30, 3: 4, "empty": {},
    }  # fmt: skip
    found = flatten_metrics(document)
    assert math.isnan(found.pop("nan"))
    assert found == {"train.loss": 0.5, "train.acc": 1, "big": 10**30, "3": 4}


def test_a_key_of_two_files_is_kept_from_both() -> None:
    found = summaries_of_files({"metrics.json": {"acc": 0.5}, "b.json": {"acc": 0.6}})
    assert {key: (summary["last"], summary["source"]) for key, summary in found.items()} == {
        "acc": (0.5, "file:metrics.json"),
        "b.json:acc": (0.6, "file:b.json"),
    }


def test_the_headline_is_the_metric_of_the_settings_else_the_first() -> None:
    document: dict[str, dict[str, dict[str, int]]] = {"metrics": {"system/cpu": {}, "loss": {}, "acc": {}}}
    assert headline(document, "acc") == "acc"
    assert headline(document, None) == "loss"
    assert headline(document, "f1") is None
    assert headline({"metrics": {}}, None) is None
