"""A .npy file of float32 rows that grows; a reader sees a whole file of fewer rows at any time."""

import os
from pathlib import Path

import numpy as np

HEADER_BYTES = 128


def rows_in(path: Path) -> int:
    """The rows of a file that `append_rows` wrote; 0 where there is none."""
    return np.load(path, mmap_mode="r").shape[0] if path.exists() else 0


def append_rows(path: Path, rows: np.ndarray) -> None:
    """Appends rows, then counts them in the header: rows of a process that was killed in between are overwritten."""
    before = rows_in(path)
    with open(path, "r+b" if path.exists() else "w+b") as file:
        file.seek(HEADER_BYTES + before * rows.shape[1] * 4)
        file.write(np.ascontiguousarray(rows, np.float32).tobytes())
        file.truncate()
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        file.write(header(before + rows.shape[0], rows.shape[1]))


def header(rows: int, columns: int) -> bytes:
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}"
    size = HEADER_BYTES - 10
    return b"\x93NUMPY\x01\x00" + size.to_bytes(2, "little") + text.ljust(size - 1).encode() + b"\n"
