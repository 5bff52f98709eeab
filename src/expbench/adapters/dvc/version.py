"""The port `DataVersion` on real DVC-tracked data."""

import os
from collections.abc import Iterable
from typing import Final

from expbench.ports import DataMeasure, Preserved, Progress

LOCK_WAIT_S: Final = 10.0


class DvcData:
    """The data version of the working tree at `root`. `cache_dir` may be deleted at any moment."""

    def __init__(self, root: str, cache_dir: str, lock_wait_s: float = LOCK_WAIT_S) -> None:
        self._root = os.path.abspath(root)
        self._cache_dir = os.path.abspath(cache_dir)
        self._lock_wait_s = lock_wait_s

    @property
    def present(self) -> bool:
        """Whether DVC is used in this repository at all."""
        return os.path.isdir(os.path.join(self._root, ".dvc"))

    def measure(self, progress: Progress) -> DataMeasure:
        """Hash what is tracked, as DVC hashes. Nothing, and no warning, where there is no DVC."""
        if not self.present:
            return DataMeasure([], [], [])
        from expbench.adapters.dvc.measuring import measure_data

        return measure_data(self._root, self._cache_dir, progress)

    def preserve(self, measure: DataMeasure, paths: Iterable[str], progress: Progress) -> Preserved:
        """Save these tracked paths into the DVC cache; no file of the user's is changed."""
        if not self.present:
            return Preserved({}, [])
        from expbench.adapters.dvc.saving import preserve_data

        return preserve_data(self._root, self._cache_dir, measure, paths, progress, self._lock_wait_s)
