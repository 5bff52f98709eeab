"""Metrics: numbers out of documents, a series in short, and which direction is better.

What must stay true: a bool or a text is never a metric, no number is altered on its way into JSON, and where the
direction can't be told from a name there is no guess.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from expbench.domain.document import Summary
from expbench.domain.numbers import number_to_json

Direction = Literal["max", "min"]

_MIN: Final = frozenset(
    "loss losses error errors err mse rmse mae mape smape rmsle msle logloss nll perplexity ppl bpb bpc wer cer mer "
    "ter fid kid lpips brier ece regret cost latency time duration elapsed runtime seconds sec secs ms eer fpr fnr "
    "crossentropy entropy kl divergence violations misses".split()
)
_MAX: Final = frozenset(
    "acc accuracy f1 fbeta auc auroc auprc roc ap map mar precision recall sensitivity specificity score reward "
    "rewards return returns bleu rouge meteor chrf iou miou r2 dice throughput fps ips psnr ssim ndcg mrr hits mcc "
    "kappa tpr tnr likelihood winrate jaccard".split()
)
# A name with one of these speaks of something else than quality, or of a setting.
_NEITHER: Final = frozenset(
    "scale scaler weight weights coef coefficient coeff lr rate_schedule threshold margin alpha beta gamma lambda "
    "ratio bonus temperature norm gradient grad learning feature features timestamp".split()
)
_KNOWN: Final = _MIN | _MAX
_PART: Final = re.compile(r"[A-Za-z0-9]+")
_PIECE: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def better_direction(key: str, declared: Mapping[str, str]) -> Direction | None:
    """Whether more or less of a metric is better: as declared for the key or its last part, else by its words."""
    last_part = re.split(r"[/.]", key)[-1]
    said = declared.get(key) or declared.get(last_part)
    if said in {"max", "min"}:
        return "max" if said == "max" else "min"
    return None if key.startswith("system/") else _guess(_split(key))


def summary_of_value(value: float, source: str) -> Summary:
    """The summary of a series of one point at step 0."""
    number = number_to_json(value)
    return {
        "last": number, "min": number, "max": number,
        "first_step": 0, "last_step": 0, "count": 1, "source": source,
    }  # fmt: skip


def flatten_metrics(document: Mapping[Any, Any]) -> dict[str, float]:
    """The numbers of a nested document by dotted name. Bools, texts, lists and null are left out."""
    return dict(_numbers("", document))


def summaries_of_files(documents: Mapping[str, Mapping[Any, Any]]) -> dict[str, Summary]:
    """Summaries of the numbers in metrics files by path; a key that an earlier file has too becomes `PATH:key`."""
    summaries: dict[str, Summary] = {}
    for path, document in documents.items():
        for key, value in flatten_metrics(document).items():
            summaries[key if key not in summaries else f"{path}:{key}"] = summary_of_value(value, f"file:{path}")
    return summaries


def headline(document: Mapping[str, Any], settings_metric: str | None) -> str | None:
    """The key of the metric that a run is known by: the one of the settings, else its first; None if it lacks it."""
    metrics = document["metrics"]
    if settings_metric is not None:
        return settings_metric if settings_metric in metrics else None
    return next((key for key in metrics if not key.startswith("system/")), None)


def _numbers(prefix: str, value: object) -> Iterator[tuple[str, float]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _numbers(f"{prefix}.{key}" if prefix else str(key), inner)
    elif isinstance(value, float) or (isinstance(value, int) and _is_metric(value)):
        yield prefix, value


def _is_metric(value: int) -> bool:
    # An integer beyond all floats could not be compared or drawn.
    return not isinstance(value, bool) and value.bit_length() <= 1023


def _split(key: str) -> list[str]:
    """The words of a key in lower case; `mIoU` and `f1` are one word each, `valLoss` is two, numbers are none."""
    words: list[str] = []
    for part in _PART.findall(key):
        whole = part.lower()
        is_known = not _KNOWN.isdisjoint((whole, whole.rstrip("0123456789")))
        pieces = [whole] if is_known else [piece.lower() for piece in _PIECE.findall(part)]
        words += [piece if piece in _KNOWN else piece.rstrip("0123456789") for piece in pieces]
    return words


def _guess(words: list[str]) -> Direction | None:
    if _NEITHER.intersection(words):
        return None
    if "per" in words[:-1]:
        # `samples_per_second` is a throughput, `seconds_per_step` a time.
        return "max" if words[-1] in {"second", "seconds", "sec", "s"} else _known(words[: words.index("per")])
    found = _known(words)
    if found and words[0] in {"neg", "negative"}:
        return "min" if found == "max" else "max"
    return found


def _known(words: list[str]) -> Direction | None:
    """The direction of the last word that tells one, since names put their noun last: `accuracy_error`."""
    for word in reversed(words):
        if word in _MIN:
            return "min"
        if word in _MAX:
            return "max"
    return None
