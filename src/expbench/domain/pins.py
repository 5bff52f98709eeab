"""What of a run nothing pins, as far as its document in the index tells: no git, no DVC, no file is asked.

Whether git and DVC still hold what was pinned is another question, which `exp doctor RUN` answers.
"""

from collections.abc import Mapping
from typing import Any

from expbench.domain.inputs import PREFIX
from expbench.domain.secrets import MASK


def unpinned(document: Mapping[str, Any]) -> list[str]:
    """Which are not pinned of `code`, `env`, `command` and `inputs`, in this order.

    `code`: no snapshot, or one that had to leave something out. `env`: Python and its packages are unknown.
    `command`: none is recorded, or a secret in it was masked. `inputs`: it read files that neither git nor DVC has.
    """
    code, env, command = (document.get(key) for key in ("code", "env", "command"))
    found = {
        "code": not (code and code.get("snapshot") and code.get("complete")),
        "env": not (env and (env.get("hash") or env.get("lock"))),
        "command": not command or any(MASK in word for word in command),
        "inputs": any(text.startswith(PREFIX) for text in document.get("warnings") or ()),
    }
    return [word for word, is_open in found.items() if is_open]
