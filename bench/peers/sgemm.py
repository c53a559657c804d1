"""The best of several large sgemm (`size` cubed): of NumPy's own OpenBLAS and of the system's, where there is one."""

import ctypes
import ctypes.util
import time

import numpy as np
from job import clock, report, values

REPEATS = 1
ROW_MAJOR, NO_TRANSPOSE = 101, 111

size = values["size"]
a = np.random.default_rng(1).random((size, size), np.float32)
b = np.random.default_rng(2).random((size, size), np.float32)
c = np.empty((size, size), np.float32)


def system_sgemm():
    name = ctypes.util.find_library("openblas")
    if name is None:
        return None
    blas = ctypes.CDLL(name)
    blas.openblas_set_num_threads(ctypes.c_int(values["threads"]))
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in (a, b, c)]
    edge, one, zero = ctypes.c_int(size), ctypes.c_float(1), ctypes.c_float(0)

    def multiply():
        blas.cblas_sgemm(
            ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, edge, edge, edge, one, pointers[0], edge, pointers[1], edge, zero,
            pointers[2], edge,
        )  # fmt: skip

    return multiply


def best_seconds(multiply) -> float:
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        multiply()
        times.append(time.perf_counter() - start)
    return min(times)


contestants = {"numpy": lambda: np.matmul(a, b, out=c), "system": system_sgemm()}
with clock():
    best = {name: best_seconds(multiply) for name, multiply in contestants.items() if multiply is not None}
report(**{f"{name}Gflops": 2 * size**3 / seconds / 1e9 for name, seconds in best.items()})
