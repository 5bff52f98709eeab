"""The digest of an environment. Pure: a record's claim is checked by working it out anew."""

import json
from collections.abc import Mapping


def env_hash(python: str, platform: str, packages: Mapping[str, str]) -> str:
    """One digest for equal environments: Python, platform and packages. Empty for an unknown one."""
    from hashlib import sha256

    if not python:
        return ""
    return sha256(json.dumps([python, platform, packages], sort_keys=True).encode()).hexdigest()
