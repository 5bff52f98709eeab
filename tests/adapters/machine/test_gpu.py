"""The GPU part against an object that answers as NVML does; a machine with a GPU is not to be had everywhere."""

from types import SimpleNamespace
from typing import Any

import pytest

from expbench.adapters.machine import gpu
from expbench.adapters.machine.gpu import Gpus, find_nvml


class NVMLError(Exception):
    """What NVML raises."""


class FakeNvml:
    """Two GPUs; the second can't tell its power. `broken` names calls that fail."""

    NVMLError = NVMLError

    def __init__(self, *broken: str) -> None:
        self.broken = set(broken)
        self.is_open = False

    def _call(self, name: str) -> None:
        if name in self.broken:
            raise NVMLError(name)

    def nvmlInit(self) -> None:  # noqa: N802
        self._call("init")
        self.is_open = True

    def nvmlShutdown(self) -> None:  # noqa: N802
        self._call("shutdown")
        self.is_open = False

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802
        self._call("count")
        return 2

    def nvmlDeviceGetHandleByIndex(self, number: int) -> int:  # noqa: N802
        return number

    def nvmlDeviceGetUtilizationRates(self, handle: int) -> Any:  # noqa: N802
        self._call("rates")
        return SimpleNamespace(gpu=40 + handle, memory=3)

    def nvmlDeviceGetMemoryInfo(self, handle: int) -> Any:  # noqa: N802
        return SimpleNamespace(used=1000 * (handle + 1), total=8000)

    def nvmlDeviceGetPowerUsage(self, handle: int) -> int:  # noqa: N802
        if handle == 1:
            raise NVMLError("not supported")
        return 125_500  # milliwatts


def test_each_gpu_tells_what_it_can() -> None:
    gpus = Gpus(FakeNvml())
    assert gpus.read() == {
        "system/gpu0_percent": 40.0,
        "system/gpu0_mem_bytes": 1000.0,
        "system/gpu0_power_w": 125.5,
        "system/gpu1_percent": 41.0,
        "system/gpu1_mem_bytes": 2000.0,
    }


def test_a_gpu_that_is_lost_while_sampling_leaves_only_its_series_out() -> None:
    nvml = FakeNvml()
    gpus = Gpus(nvml)
    nvml.broken.add("rates")
    assert "system/gpu0_percent" not in gpus.read()
    assert "system/gpu0_mem_bytes" in gpus.read()


@pytest.mark.parametrize("broken", ["init", "count"])
def test_a_driver_that_fails_gives_no_gpu_and_no_error(broken: str) -> None:
    gpus = Gpus(FakeNvml(broken))
    assert gpus.read() == {}
    gpus.close()


def test_closing_lets_go_of_the_driver_even_if_it_fails() -> None:
    nvml = FakeNvml()
    gpus = Gpus(nvml)
    gpus.close()
    assert not nvml.is_open
    assert gpus.read() == {}
    Gpus(FakeNvml("shutdown")).close()


def test_without_nvml_there_is_nothing() -> None:
    gpus = Gpus(None)
    assert gpus.read() == {}
    gpus.close()


def test_without_a_driver_the_binding_is_not_even_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "_DRIVERS", ("/nowhere/nvidiactl",))
    assert find_nvml() is None
