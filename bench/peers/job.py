"""The clock of a peer's process: `harness/job.ts` starts the script with its values as JSON and reads what it prints."""

import json
import resource
import sys
import time
from contextlib import contextmanager

import numpy as np

values = json.loads(sys.argv[1])
steps: dict[str, float] = {}
measures: dict = {}


@contextmanager
def clock():
    """What is timed. Imports and the loading of the data come before it."""
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    print("start", flush=True)
    cpu, start = cpu_seconds(), time.perf_counter()
    yield
    measures["seconds"] = time.perf_counter() - start
    measures["cpuSeconds"] = cpu_seconds() - cpu
    measures["peakBytes"] = peak_bytes()
    print("stop", flush=True)


@contextmanager
def step(name: str):
    start = time.perf_counter()
    yield
    steps[name] = time.perf_counter() - start


def report(**results) -> None:
    print(json.dumps({**measures, "steps": steps, "values": results}), flush=True)


def load(path: str) -> np.ndarray:
    """A contiguous float32 array in memory."""
    return np.ascontiguousarray(np.load(path), np.float32)


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak_bytes() -> int:
    with open("/proc/self/status") as file:
        return next(1024 * int(line.split()[1]) for line in file if line.startswith("VmHWM"))
