"""Where the local DVC cache is, and which remote is the usual one, as DVC's configuration files say, without DVC.

What must stay true: the files are data; nothing in them is run, and a cache at a remote address is never opened.
"""

import configparser
import os
import sys
from collections.abc import Mapping


def cache_dir(root: str, environ: Mapping[str, str] | None = None) -> str | None:
    """The absolute path of the DVC cache; None where it isn't a folder of this machine or can't be told."""
    found = os.path.join(root, ".dvc", "cache")
    for file in _files(root, os.environ if environ is None else environ):
        cache = _section(file, "cache")
        if cache is None or "local" in cache:
            return None
        if "dir" in cache:
            place = os.path.expanduser(cache["dir"])
            if not place or "://" in place or "\0" in place:
                return None
            found = os.path.normpath(os.path.join(os.path.dirname(file), place))
    return found


def default_remote(root: str, environ: Mapping[str, str] | None = None) -> str | None:
    """The name of the remote that DVC asks unless told otherwise; None where there is none."""
    sections = [_section(file, "core") or {} for file in _files(root, os.environ if environ is None else environ)]
    return next((core["remote"] for core in reversed(sections) if core.get("remote")), None)


def remote_dir(root: str, environ: Mapping[str, str] | None = None) -> str | None:
    """The absolute path of the usual remote; None where it isn't a folder of this machine or can't be told."""
    environ = os.environ if environ is None else environ
    name, place = default_remote(root, environ), ""
    for file in _files(root, environ) if name else ():
        url = (_section(file, f"'remote \"{name}\"'") or {}).get("url")
        place = os.path.join(os.path.dirname(file), os.path.expanduser(url)) if url else place
    return None if not place or "://" in place or "\0" in place else os.path.normpath(place)


def _files(root: str, environ: Mapping[str, str]) -> list[str]:
    home = os.path.expanduser("~")
    if sys.platform == "darwin":
        own, shared = f"{home}/Library/Application Support/dvc", "/Library/Application Support/dvc"
    else:
        own = f"{environ.get('XDG_CONFIG_HOME') or home + '/.config'}/dvc"
        shared = f"{(environ.get('XDG_CONFIG_DIRS') or '/etc/xdg').split(':')[0]}/dvc"
    return [
        os.path.join(environ.get("DVC_SYSTEM_CONFIG_DIR") or shared, "config"),
        os.path.join(environ.get("DVC_GLOBAL_CONFIG_DIR") or own, "config"),
        os.path.join(root, ".dvc", "config"),
        os.path.join(root, ".dvc", "config.local"),
    ]


def _section(file: str, name: str) -> dict[str, str] | None:
    """A section of the file; empty where there is none, None for a file that can't be read."""
    parser = configparser.ConfigParser(
        interpolation=None, strict=False, allow_no_value=True, comment_prefixes=("#",), inline_comment_prefixes=("#",)
    )
    try:
        with open(file, encoding="utf-8") as stream:
            parser.read_file(line.lstrip() for line in stream)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, configparser.Error):
        return None
    if not parser.has_section(name):
        return {}
    return {key: _unquoted(value or "") for key, value in parser.items(name)}


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value
