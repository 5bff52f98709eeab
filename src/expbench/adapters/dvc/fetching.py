"""Getting objects from the DVC remote into the local cache: DVC itself does it, in a process of its own.

The only place from which data crosses the network, and only where the user's command asks for that data. Nothing
is believed of what came: objects are looked for, and checked, afterwards.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

from expbench.adapters.git.process import clean_environ
from expbench.ports import Progress

_TARGETS_AT_MOST: Final = 500


def fetch(folder: str, paths: Sequence[str], progress: Progress) -> str:
    """Run `dvc fetch` for these tracked paths in `folder`, a copy of the project; gives DVC's words where it failed.

    `folder` must hold the `.dvc` files and a configuration that names the cache and the remote.
    """
    import tempfile

    targets = list(paths) if len(paths) <= _TARGETS_AT_MOST else []
    progress("fetching data from the DVC remote", 0, 1)
    with tempfile.TemporaryDirectory(prefix="exp-dvc-") as state_dir:
        environ = {**clean_environ(os.environ), "DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": state_dir}
        # `-I`: nothing of the repository is imported.
        argv = [sys.executable, "-I", "-m", "dvc", "fetch", "--quiet", "--", *targets]
        done = subprocess.run(
            argv, cwd=folder, env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    progress("fetching data from the DVC remote", 1, 1)
    if done.returncode == 0:
        return ""
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return next((line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR")), "DVC does not say why")
