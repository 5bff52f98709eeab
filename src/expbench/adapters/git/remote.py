"""The address that a repository came from, without what would let anyone in.

No credential ever gets into a run's document: user names of web addresses (a token is often given as one),
passwords, queries and fragments are cut off.
"""

import os
import re
from collections.abc import Mapping
from typing import Final

from expbench.adapters.git.discovery import Project
from expbench.adapters.git.process import git

# What can stand in a repository's configuration when it has a remote, or takes one from elsewhere.
_MENTIONS: Final = re.compile(rb"\[\s*(remote|include|branch)", re.IGNORECASE)
_KEYS: Final = r"^(remote\..*\.url|branch\..*\.remote)$"
_AUTHORITY: Final = re.compile(r"://([^/?#]*)")
_PORT: Final = re.compile(r".*:(?!\d*$)", re.DOTALL)


def remote_url(project: Project, branch: str | None) -> str | None:
    """The URL of the branch's remote, else of `origin`, else of the only remote; without credentials."""
    if not _may_have_remote(project.common_dir):
        return None
    # 1 says that no key matched
    printed = git(project.root, ["config", "-z", "--get-regexp", _KEYS], accept=(0, 1))
    settings = dict(
        item.partition("\n")[::2] for item in printed.decode("utf-8", "surrogateescape").split("\0") if item
    )
    url = _choose(settings, branch)
    return strip_credentials(url) if url else None


def strip_credentials(url: str) -> str:
    """The URL without user, password, query and fragment; the user of `ssh://` and `git@host:path` stays."""
    scheme, mark, _ = url.partition("://")
    if not mark:
        return url
    authority = _authority(url)
    start = len(scheme) + len(mark)
    user, at, host = authority.rpartition("@")
    kept = user.partition(":")[0] + at if "ssh" in scheme else ""
    path = re.split(r"[?#]", url[start + len(authority) :], maxsplit=1)[0]
    return f"{scheme}://{kept}{host}{path}"


def _authority(url: str) -> str:
    """User, password and host; a password with an unescaped slash, of which only the last `@` tells, is no path."""
    found = _AUTHORITY.search(url)
    authority = found.group(1) if found else ""
    if "@" in authority or not _PORT.match(authority) or "@" not in url:
        return authority
    start = url.index("://") + 3
    end = url.index("/", url.rindex("@")) if "/" in url[url.rindex("@") :] else len(url)
    return url[start:end]


def _may_have_remote(common_dir: str) -> bool:
    try:
        with open(os.path.join(common_dir, "config"), "rb") as file:
            return _MENTIONS.search(file.read()) is not None
    except OSError:
        return True  # git will say what is wrong


def _choose(settings: Mapping[str, str], branch: str | None) -> str | None:
    urls = {key[len("remote.") : -len(".url")]: url for key, url in settings.items() if key.startswith("remote.")}
    wanted = settings.get(f"branch.{branch}.remote", "origin")
    if wanted not in urls and ":" in wanted:
        return wanted  # a branch may name a URL instead of a remote
    if len(urls) == 1:
        return next(iter(urls.values()))
    return urls.get(wanted) or urls.get("origin")
