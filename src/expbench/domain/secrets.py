"""Credentials stay out of what is recorded: names that tell a secret, tokens of known shape, users in URLs.

What is masked becomes `***`. A false alarm costs a command that can't be typed again, a miss costs a password:
so a name must *end* in a secret's word (`--api-key`, `db.password`, `HF_TOKEN`), and the tokens that language
models speak of (`--pad-token`, `--max-tokens`) are no secrets.
"""

import re
from collections.abc import Sequence
from typing import Final

from expbench.domain.document import ParamValue

MASK: Final = "***"

_NAME: Final = (
    r"(?:[\w.\-]*?)(?:passwd|password|passphrase|pwd|secrets?|credentials?|api[._-]?keys?|token"
    r"|(?:access|secret|private|auth|account|signing|encryption|license|ssh|wandb|openai|comet|neptune)[._-]?key)"
)
# The tokens of a vocabulary, the working folder, and counts.
_INNOCENT: Final = re.compile(
    r"(?:.*[._-])?(?:pad|eos|bos|mask|unk|sep|cls|special|image|audio|video|stop|start|end|new|first|last|next|prev"
    r"|max|min|num|n|per|prompt|decoder|sot|eot|class|forced|trigger|placeholder|modifier|initializer)[._-]?token"
    r"|(?:OLD)?PWD",
    re.IGNORECASE,
)
_SECRET_NAME: Final = re.compile(_NAME, re.IGNORECASE)
_VALUE: Final = r"""("[^"]*"|'[^']*'|[^\s;&|"']+)"""
# `NAME=value` and `"name": "value"` anywhere in an argument, and `--name value` inside of one (a line for a shell).
_MARK: Final = r"""(["']?\s*[:=]\s*(?=["'])|=(?!=))"""
_ASSIGNED: Final = re.compile(rf"(?<![\w.\-])({_NAME}){_MARK}{_VALUE}", re.IGNORECASE)
_SPOKEN: Final = re.compile(rf"(?<!\S)(--?{_NAME})(\s+)(?!-){_VALUE}", re.IGNORECASE)
_HEADER: Final = re.compile(r"\b((?:bearer|basic)\s+)[\w.~+/=-]{8,}", re.IGNORECASE)
_SHAPED: Final = re.compile(
    r"\b(?:hf_[A-Za-z0-9]{20,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|sk-[\w-]{20,}"
    r"|AKIA[0-9A-Z]{16}|xox[abprs]-[\w-]{10,})"
)
_URL_USER: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]{0,20}://)([^/\s?#\"'<>]*)@")
# A password that was not quoted and holds a slash.
_URL_SLASH: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]{0,20}://)[^/\s@:]+:(?!\d+(?:/|$))[^\s@\"'<>]{1,512}@")


def is_secret_name(name: str) -> bool:
    """Whether an option, a key or a variable of this name holds a credential."""
    bare = name.lstrip("-")
    return bool(_SECRET_NAME.fullmatch(bare)) and not _INNOCENT.fullmatch(bare)


def masked_text(text: str) -> str:
    """The text with the credentials of its URLs, assignments, options and headers masked."""
    if "://" in text:
        text = _URL_SLASH.sub(rf"\1{MASK}@", _URL_USER.sub(_masked_user, text))
    if "=" in text or ":" in text:
        text = _ASSIGNED.sub(_masked_match, text)
    if "-" in text and " " in text:
        text = _SPOKEN.sub(_masked_match, text)
    return _SHAPED.sub(MASK, _HEADER.sub(rf"\1{MASK}", text))


def masked_argv(argv: Sequence[str]) -> list[str]:
    """The command as it may be recorded: the values of secret options, and credentials in any word, masked."""
    masked: list[str] = []
    is_value = False
    for word in argv:
        is_value = is_value and not word.startswith("-")
        masked.append(MASK if is_value else masked_text(word))
        is_value = word.startswith("-") and "=" not in word and is_secret_name(word)
    return masked


def masked_value(key: str, value: ParamValue) -> ParamValue:
    """A param as it may be recorded."""
    if value is None or isinstance(value, bool):
        return value
    if is_secret_name(key):
        return MASK
    return masked_text(value) if isinstance(value, str) else value


def _masked_match(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]}{MASK}" if is_secret_name(found[1]) else found[0]


def _masked_user(found: re.Match[str]) -> str:
    # `ssh://git@host` names a user and no secret; an `https` user without a password often is a token.
    scheme, user = found[1], found[2]
    harmless = ":" not in user and "ssh" in scheme
    return found[0] if harmless or user == MASK else f"{scheme}{MASK}@"
