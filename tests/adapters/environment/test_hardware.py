"""The machine as /proc and drivers tell it; nothing is waited for, and failures are asked for once a boot."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from expbench.adapters.environment.hardware import machine_hardware

Make = Callable[[str, str], Path]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc")

CPUINFO = "processor\t: 0\nmodel name\t: AMD EPYC 7742\nflags\t\t: x\n\nprocessor\t: 1\nmodel name\t: Other\n"
NVIDIA = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\nGCC version: 12\n"


def system(root: Path, **files: str) -> str:
    for name, text in {"cpuinfo": CPUINFO, "meminfo": "MemTotal:       16 kB\n", **files}.items():
        path = root / "proc" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return f"{root}/"


def test_this_machine_has_a_processor_and_memory(tmp_path: Path) -> None:
    facts, warnings = machine_hardware({}, str(tmp_path))
    assert facts["cpu"]
    assert isinstance(facts["cores"], int)
    assert isinstance(facts["memory_bytes"], int)
    assert facts["memory_bytes"] > 10**8
    assert warnings == []


def test_the_first_processor_and_bytes_of_memory(tmp_path: Path) -> None:
    facts, _ = machine_hardware({}, str(tmp_path / "cache"), system(tmp_path))
    assert (facts["cpu"], facts["memory_bytes"]) == ("AMD EPYC 7742", 16 * 1024)
    assert (facts["gpu"], facts["gpu_count"], facts["gpu_driver"]) == (None, 0, None)


def test_nothing_known_is_null(tmp_path: Path) -> None:
    facts, warnings = machine_hardware({}, str(tmp_path / "cache"), f"{tmp_path}/")
    assert facts["memory_bytes"] is None
    assert warnings == []


def test_cards_are_read_from_the_driver(tmp_path: Path) -> None:
    cards = {f"driver/nvidia/gpus/0000:0{n}:00.0/information": "Model: \t\t NVIDIA A100\nIRQ: 1\n" for n in (1, 2)}
    root = system(tmp_path, **cards, **{"driver/nvidia/version": NVIDIA})
    facts, _ = machine_hardware({}, str(tmp_path / "cache"), root)
    assert (facts["gpu"], facts["gpu_count"], facts["gpu_driver"]) == ("NVIDIA A100", 2, "535.104.05")


def test_without_the_driver_its_program_is_asked_once_a_boot(tmp_path: Path, program: Make) -> None:
    calls = tmp_path / "calls"
    program("bin/nvidia-smi", f"#!/bin/sh\necho x >> {calls}\necho 'NVIDIA A10, 550.1'\necho 'NVIDIA L4, 550.1'\n")
    environ, cache = {"PATH": f"{tmp_path}/bin:/bin"}, str(tmp_path / "cache")
    root = system(tmp_path, **{"sys/kernel/random/boot_id": "first\n"})
    facts = [machine_hardware(environ, cache, root)[0] for _ in range(3)][-1]
    assert (facts["gpu"], facts["gpu_count"], facts["gpu_driver"]) == ("NVIDIA A10, NVIDIA L4", 2, "550.1")
    assert calls.read_text() == "x\n"
    system(tmp_path, **{"sys/kernel/random/boot_id": "second\n"})
    machine_hardware(environ, cache, root)
    assert calls.read_text() == "x\nx\n"


def test_a_failing_program_is_a_warning_that_stays(tmp_path: Path, program: Make) -> None:
    program("bin/nvidia-smi", "#!/bin/sh\necho 'no driver' >&2\nexit 9\n")
    environ = {"PATH": f"{tmp_path}/bin"}
    for _ in range(2):
        facts, warnings = machine_hardware(environ, str(tmp_path / "cache"), system(tmp_path))
        assert facts["gpu_count"] == 0
        assert warnings == ["the graphics cards are unknown: nvidia-smi: it failed: no driver"]


def test_a_damaged_cache_is_made_anew(tmp_path: Path, program: Make) -> None:
    program("bin/nvidia-smi", "#!/bin/sh\necho 'NVIDIA A10, 550.1'\n")
    (tmp_path / "hardware-gpu.json").write_text("[")
    facts, _ = machine_hardware({"PATH": f"{tmp_path}/bin"}, str(tmp_path), system(tmp_path))
    assert facts["gpu_count"] == 1
