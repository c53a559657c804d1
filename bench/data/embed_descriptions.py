"""Embeds the windows of Debian's package descriptions: embed_descriptions.py TRANSLATION OUT.npy [--minutes M] [--rows N]

Appends to OUT.npy where the last run stopped, for M minutes at most (default 20) or until N rows (default: all windows).
One process at a time: a second one ends with an error.
"""

import argparse
import fcntl
import os
import time
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"

from description_windows import windows_of_packages  # noqa: E402
from growing_npy import append_rows, rows_in  # noqa: E402
from minilm import MiniLM  # noqa: E402

ROWS_A_STEP = 2000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("translation", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--rows", type=int)
    options = parser.parse_args()

    lock = open(options.out.with_suffix(".lock"), "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SystemExit(f"another process is writing {options.out}") from None

    texts = windows_of_packages(options.translation.read_text())[: options.rows]
    model = MiniLM()
    end = time.monotonic() + 60 * options.minutes
    done = rows_in(options.out)
    while done < len(texts) and time.monotonic() < end:
        append_rows(options.out, model.encode(texts[done : done + ROWS_A_STEP]))
        done = rows_in(options.out)
        print(f"{done} of {len(texts)} windows embedded", flush=True)


main()
