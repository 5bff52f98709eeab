"""Which environment variables are recorded: a short allow-list, and what `exp.toml` adds.

What must stay true: a variable whose name tells a secret is recorded only if `exp.toml` lists that very name, and
no value keeps the credentials of a URL.
"""

import os
import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Final

from expbench.domain.secrets import masked_text

_ALLOWED: Final = frozenset(
    "PYTHONHASHSEED PYTHONPATH PYTHONOPTIMIZE PYTHONNOUSERSITE CUDA_VISIBLE_DEVICES CUDA_DEVICE_ORDER "
    "CUDA_LAUNCH_BLOCKING HIP_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES NVIDIA_TF32_OVERRIDE CUBLAS_WORKSPACE_CONFIG "
    "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE PYTORCH_CUDA_ALLOC_CONF TF_DETERMINISTIC_OPS TF_CUDNN_DETERMINISTIC "
    "TF_ENABLE_ONEDNN_OPTS XLA_FLAGS JAX_PLATFORMS JAX_ENABLE_X64 OMP_NUM_THREADS MKL_NUM_THREADS "
    "OPENBLAS_NUM_THREADS NUMEXPR_NUM_THREADS VECLIB_MAXIMUM_THREADS TOKENIZERS_PARALLELISM WORLD_SIZE RANK "
    "LOCAL_RANK LOCAL_WORLD_SIZE SLURM_JOB_ID SLURM_ARRAY_TASK_ID SLURM_PROCID SLURM_NTASKS SLURM_JOB_NUM_NODES "
    "CONDA_DEFAULT_ENV VIRTUAL_ENV LANG LC_ALL TZ".split()
)
_SECRET: Final = re.compile(r"KEY|TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|AUTH|COOKIE", re.IGNORECASE)
# `TOKEN` in a name that is no secret.
_HARMLESS: Final = frozenset({"TOKENIZERS_PARALLELISM"})
_PLACES: Final = ("VIRTUAL_ENV", "PYTHONPATH")


def recorded_variables(environ: Mapping[str, str], root: str, added: Sequence[str]) -> dict[str, str]:
    """The variables to record, in order of their names; folders inside the root are given relative to it.

    `added` are names or patterns such as `NCCL_*`.
    """
    recorded = {}
    for name in sorted(environ):
        if _is_recorded(name, added):
            value = environ[name]
            text = (
                os.pathsep.join(_place(part, root) for part in value.split(os.pathsep)) if name in _PLACES else value
            )
            recorded[_text(name)] = masked_text(_text(text))
    return recorded


def _is_recorded(name: str, added: Sequence[str]) -> bool:
    if name in added:
        return True
    is_secret = bool(_SECRET.search(name)) and name not in _HARMLESS
    return not is_secret and (name in _ALLOWED or any(fnmatchcase(name, pattern) for pattern in added))


def _place(path: str, root: str) -> str:
    inside = os.path.isabs(path) and os.path.join(os.path.normpath(path), "").startswith(os.path.join(root, ""))
    return os.path.relpath(path, root) if inside else path


def _text(value: str) -> str:
    """Bytes that are not UTF-8 become a replacement sign."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
