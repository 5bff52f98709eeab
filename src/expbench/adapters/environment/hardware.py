"""The machine: processor, cores, memory, graphics cards and their driver.

Read from /proc where there is one; what needs another program is asked once a boot and kept.
"""

import os
import re
import sys
from collections.abc import Callable, Mapping
from typing import Final

from expbench.adapters.environment.cache import read_cache, write_cache
from expbench.adapters.environment.interpreter import look_up

Hardware = dict[str, str | int | float | None]
Ask = Callable[[], tuple[Hardware, list[str]]]
_TIMEOUT_S: Final = 5.0


def machine_hardware(environ: Mapping[str, str], cache_dir: str, system: str = "/") -> tuple[Hardware, list[str]]:
    """The facts (memory in bytes; null where unknown), and what must be said. `system` holds /proc."""
    facts: Hardware = {"cpu": None, "cores": os.cpu_count(), "memory_bytes": None}
    facts.update({"gpu": None, "gpu_count": 0, "gpu_driver": None})
    if sys.platform == "darwin":
        known, warnings = _once_a_boot(cache_dir, "mac", system, lambda: _mac(environ))
        return {**facts, **known}, warnings
    facts.update(_processor(system), memory_bytes=_memory(system))
    cards = _cards(system)
    warnings: list[str] = []
    if not cards and look_up("nvidia-smi", "/", environ):
        cards, warnings = _once_a_boot(cache_dir, "gpu", system, lambda: _asked_cards(environ))
    return {**facts, **cards}, warnings


def _head(path: str, size: int = 8192) -> str:
    # /proc/cpuinfo is made as it is read, core by core: the first one is enough.
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read(size).decode(errors="replace")
    except OSError:
        return ""


def _processor(system: str) -> Hardware:
    found = re.search(
        r"^(?:model name|Model|cpu model|uarch)\s*:\s*(.+)$", _head(f"{system}proc/cpuinfo"), re.MULTILINE
    )
    board = _head(f"{system}sys/firmware/devicetree/base/model").strip("\0\n ")
    return {"cpu": found[1].strip() if found else board or os.uname().machine}


def _memory(system: str) -> int | None:
    found = re.search(r"^MemTotal:\s*(\d+) kB", _head(f"{system}proc/meminfo"), re.MULTILINE)
    return int(found[1]) * 1024 if found else None


def _cards(system: str) -> Hardware:
    """What NVIDIA's driver says of itself under /proc; empty without it."""
    folder = f"{system}proc/driver/nvidia/gpus"
    try:
        places = sorted(os.listdir(folder))
    except OSError:
        return {}
    texts = (_head(os.path.join(folder, place, "information")) for place in places)
    models = [found[1].strip() for text in texts if (found := re.search(r"^Model:\s*(.+)$", text, re.MULTILINE))]
    version = re.search(r"Kernel Module.*?\s(\d+\.[\d.]+)\s", _head(f"{system}proc/driver/nvidia/version"))
    return _named_cards(models, version[1] if version else None)


def _named_cards(models: list[str], driver: str | None) -> Hardware:
    if not models:
        return {}
    return {"gpu": ", ".join(dict.fromkeys(models)), "gpu_count": len(models), "gpu_driver": driver}


def _asked_cards(environ: Mapping[str, str]) -> tuple[Hardware, list[str]]:
    from expbench.adapters.environment.bounded import NoAnswer, output_of

    program = look_up("nvidia-smi", "/", environ)
    argv = [program, "--query-gpu=name,driver_version", "--format=csv,noheader"]
    try:
        output = output_of(argv, "/", environ, _TIMEOUT_S).decode(errors="replace")
    except NoAnswer as error:
        return {}, [f"the graphics cards are unknown: nvidia-smi: {error}"]
    rows = [line.rpartition(",") for line in output.splitlines() if "," in line]
    return _named_cards([row[0].strip() for row in rows], rows[0][2].strip() if rows else None), []


def _mac(environ: Mapping[str, str]) -> tuple[Hardware, list[str]]:
    from expbench.adapters.environment.bounded import NoAnswer, output_of

    argv = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string", "hw.memsize"]
    try:
        lines = output_of(argv, "/", environ, _TIMEOUT_S).decode(errors="replace").splitlines()
        return {"cpu": lines[0].strip(), "memory_bytes": int(lines[1])}, []
    except (NoAnswer, ValueError, IndexError) as error:
        return {}, [f"the processor is unknown: sysctl: {error}"]


def _once_a_boot(cache_dir: str, name: str, system: str, ask: Ask) -> tuple[Hardware, list[str]]:
    """An answer kept until the machine starts again, the failure to get one too."""
    boot = _head(f"{system}proc/sys/kernel/random/boot_id").strip() or " ".join(os.uname())
    file = os.path.join(cache_dir, f"hardware-{name}.json")
    kept = read_cache(file)
    if kept.get("boot") == boot and isinstance(kept.get("facts"), dict) and isinstance(kept.get("warnings"), list):
        return kept["facts"], kept["warnings"]
    facts, warnings = ask()
    write_cache(file, {"boot": boot, "facts": facts, "warnings": warnings})
    return facts, warnings
