"""What NVIDIA GPUs do, by NVML where its Python binding and a driver are there; else nothing, and never an error.

The binding is not a dependency: it is `pynvml`, of the package `nvidia-ml-py`, which most training environments have.
"""

import os
from collections.abc import Callable
from typing import Any, Final

_DRIVERS: Final = ("/dev/nvidiactl", "/dev/dxg")


class Gpus:
    """The GPUs of this machine by their NVML number. `nvml` is the module `pynvml`, or None where there is none."""

    def __init__(self, nvml: Any) -> None:  # noqa: ANN401  # the module has no types
        self._nvml = nvml
        self._handles: list[Any] = []
        if nvml is None:
            return
        try:
            nvml.nvmlInit()
            self._handles = [nvml.nvmlDeviceGetHandleByIndex(number) for number in range(nvml.nvmlDeviceGetCount())]
        except nvml.NVMLError:
            self._handles = []

    def read(self) -> dict[str, float]:
        """`system/gpuN_percent`, `_mem_bytes` and `_power_w` of each GPU, as far as it tells them."""
        values = {}
        for number, handle in enumerate(self._handles):
            for name, ask in _QUESTIONS.items():
                value = self._answer(ask, handle)
                if value is not None:
                    values[f"system/gpu{number}_{name}"] = value
        return values

    def close(self) -> None:
        """Let go of the driver."""
        if self._handles:
            self._handles = []
            self._answer(lambda nvml, _handle: nvml.nvmlShutdown() or 0, None)

    def _answer(self, ask: Callable[[Any, Any], Any], handle: Any) -> float | None:  # noqa: ANN401  # NVML's own
        try:
            return float(ask(self._nvml, handle))
        except self._nvml.NVMLError:
            return None  # not supported by this GPU, or the GPU is lost


_QUESTIONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "percent": lambda nvml, handle: nvml.nvmlDeviceGetUtilizationRates(handle).gpu,
    "mem_bytes": lambda nvml, handle: nvml.nvmlDeviceGetMemoryInfo(handle).used,
    "power_w": lambda nvml, handle: nvml.nvmlDeviceGetPowerUsage(handle) / 1000,
}


def find_nvml() -> Any:  # noqa: ANN401  # the module has no types
    """The module `pynvml`, or None where there is no driver or no such module. The driver is looked for first."""
    if not any(map(os.path.exists, _DRIVERS)):
        return None
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the old package of that name prints advice at its import
            import pynvml  # type: ignore[import-not-found]
    except ImportError:
        return None
    return pynvml
