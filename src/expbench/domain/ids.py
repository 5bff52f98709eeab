"""Run ids: 12 characters of Crockford's base 32 in lower case, and the words of a default name."""

from collections.abc import Collection, Iterable
from typing import Final

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH: Final = 12
SHORTEST: Final = 4

_ADJECTIVES: Final = (
    "amber ample apt avid bold brave brief bright brisk calm candid clear clever coral crisp deft dusky eager early "
    "fair fleet fond frank free fresh gentle glad golden grand happy hardy ivory jolly keen kind lively lucid lucky "
    "merry mild modest neat nimble noble plain prime proud quick quiet rapid ready rosy sharp silver sleek smooth "
    "steady stout sunny swift tidy vivid warm wise"
).split()
_ANIMALS: Final = (
    "auk bat bee bison bream carp cat clam cod crab crane crow deer dove duck eel egret elk emu finch fox frog gecko "
    "goat goose gull hare hawk heron ibis jay kite koi lark lion lynx mole moth mouse newt orca otter owl perch pike "
    "puma quail ram raven robin seal shrew skink snail stork swan tern tiger toad trout viper wasp wolf wren yak"
).split()


def new_id(entropy: bytes) -> str:
    """A run id from 8 or more random bytes (60 bits are used)."""
    number = int.from_bytes(entropy[:8], "big")
    return "".join(ALPHABET[(number >> (5 * place)) & 31] for place in range(LENGTH))


def is_id(text: str) -> bool:
    """Whether the text is a whole run id."""
    return len(text) == LENGTH and not text.strip(ALPHABET)


def default_name(run_id: str) -> str:
    """A name to remember a run by, such as `brisk-heron-417`; always the same for the same id."""
    number = 0
    for letter in run_id:
        number = number * 32 + ALPHABET.index(letter)
    number, adjective = divmod(number, len(_ADJECTIVES))
    number, animal = divmod(number, len(_ANIMALS))
    return f"{_ADJECTIVES[adjective]}-{_ANIMALS[animal]}-{number % 1000}"


def shortest_prefixes(shown: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """For each id shown, its shortest prefix that no other known id has; 4 characters at least."""
    shown = list(shown)
    beginnings = {run_id[:SHORTEST] for run_id in shown}
    ordered = sorted({*shown, *(run_id for run_id in known if run_id[:SHORTEST] in beginnings)})
    place = {run_id: index for index, run_id in enumerate(ordered)}
    prefixes = {}
    for run_id in shown:
        index = place[run_id]
        neighbours = ordered[max(0, index - 1) : index] + ordered[index + 1 : index + 2]
        length = max([SHORTEST, *(_common(run_id, other) + 1 for other in neighbours)])
        prefixes[run_id] = run_id[:length]
    return prefixes


def prefix_length(known: Collection[str]) -> int:
    """How long a beginning must be for no two of these ids to share it; 4 at least."""
    length = SHORTEST
    while length < LENGTH and len({run_id[:length] for run_id in known}) < len(known):
        length += 1
    return length


def _common(one: str, other: str) -> int:
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length
