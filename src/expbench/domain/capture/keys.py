"""Which words before a value are the name of a metric.

Words with spaces become one key with underscores (`Test accuracy: 0.9` is `Test_accuracy`), so that shells and
filters take it without quotes. Names that never tell how good a run is, such as `port` or `eta`, are no keys;
where they might, a whole number decides (`batch size: 32` is a setting).
"""

import re
from functools import lru_cache
from typing import Final

from expbench.domain.metrics import better_direction

LONGEST: Final = 200
MOST_WORDS: Final = 5
_WORD: Final = re.compile(r"[^\W\d][\w./@'%+^-]*+")
_STEP_WORDS: Final = frozenset("global_step step iteration iter it epoch ep episode round batch update".split())
_NEVER: Final = frozenset(
    "port pid ppid uid gid tid eta v_num version ts timestamp seed line lineno job_id process thread node cuda cudnn "
    "python torch numpy commit sha sha1 sha256 md5 hash uuid revision exit_code exitcode returncode errno date year "
    "epochs num_epochs max_epochs n_epochs max_steps num_steps total_steps num_workers batch_size world_size "
    "local_rank rank random_state using available".split()
)
# Words of a setting or a count, when the number is whole.
_COUNTED: Final = frozenset(
    "num number size sizes steps epochs examples samples images parameters params workers gpus gpu devices device "
    "threads layers classes features feature code status total port seed rank memory found id version iterations "
    "bins trees estimators".split()
)
_PROGRESS: Final = frozenset(
    "progress complete completed done training validation testing cpu gpu mem memory ram util utilization usage disk "
    "battery finished total eta mfu load train test val".split()
)
_LEVELS: Final = frozenset("TRACE DEBUG INFO NOTICE WARN WARNING ERROR CRITICAL FATAL SUCCESS".split())
_CUTS: Final = frozenset("with the and got has have is are was to from than took in at a an".split())
_TAILS: Final = frozenset("is are was of at so".split())
_SOURCE_FILE: Final = re.compile(r".*\.(?:py|pyx|ipynb|c|cc|cpp|cu|h|rs|go|js|ts|java|r|jl|sh|lua|rb)", re.IGNORECASE)
_EXCEPTION: Final = re.compile(
    r"(?:\w{1,60}\.)*+(?!\w*(?:Mean|Squared|Absolute))[A-Z]\w*[a-z](?:Error|Exception|Warning|Interrupt)"
)


def key_of(words: list[str], *, glued: bool) -> str | None:
    """The key that the words right before a separator spell. Glued to it (`loss=`), the last word is the key."""
    if not words or not _WORD.fullmatch(words[-1]):
        return None
    if glued:
        return _checked(words[-1])
    start = len(words)
    while start and _WORD.fullmatch(words[start - 1]):
        start -= 1
    name = words[start:]
    while name and name[-1].lower() in _TAILS:
        name.pop()
    for place in range(len(name) - 1, -1, -1):
        if name[place].lower() in _CUTS:
            del name[: place + 1]
            break
    while name and name[0] in _LEVELS:
        del name[0]
    return _checked("_".join(name)) if 0 < len(name) <= MOST_WORDS else None


def _checked(name: str) -> str | None:
    key = clean(name.replace("'s", "").rstrip(".-'/"))
    if key is None or is_step_word(key) or _SOURCE_FILE.fullmatch(key) or _EXCEPTION.fullmatch(key):
        return None
    return key


def clean(name: str) -> str | None:
    """The key without control and format characters, at most 200 characters long; None when nothing is left."""
    if not name.isprintable():
        name = "".join(sign if sign.isprintable() else "_" for sign in name)
    return name[:LONGEST].strip() or None


def is_step_word(key: str) -> bool:
    """Whether the key tells the step of others: `step`, `Epoch`, `train/global_step`."""
    return re.split(r"[/.]", key)[-1].lower() in _STEP_WORDS


@lru_cache(maxsize=4096)
def is_never_a_metric(key: str) -> bool:
    """Whether a name tells nothing of how good a run is."""
    name = re.split(r"[/.]", key)[-1].lower()
    return name in _NEVER or name.endswith(("_version", "_seed", "_port", "_eta", "_pid"))


@lru_cache(maxsize=4096)
def is_counted(key: str) -> bool:
    """Whether a whole number under this key is more likely a setting or a count than a metric."""
    return not reads_as_quality(key) and not _COUNTED.isdisjoint(re.split(r"[_\W]+", key.lower()))


@lru_cache(maxsize=4096)
def is_progress(key: str) -> bool:
    """Whether a percentage under this key tells how far or how busy something is, not how good."""
    last = re.split(r"[_\W]+", key.lower())[-1]
    return last in _PROGRESS or last.endswith("ing")


@lru_cache(maxsize=4096)
def reads_as_quality(key: str) -> bool:
    """Whether the name says of itself that it is a metric: `loss`, `val_accuracy`, `Acc@1`."""
    return better_direction(key, {}) is not None
