"""Makes a .npy file of float32 rows: make_vectors.py KIND DIMENSIONS ROWS PART OUT.npy SENTENCES.npy

uniform   numpy's random numbers in [0, 1), as the notebook has them
mixture   1,000 Gaussian clusters, deviation 1, about 8 deviations apart, weights in proportion to 1 / sqrt(number)
real      sentence embeddings of 384 dimensions: as they are; 128: a random orthogonal projection; a multiple m of 384:
          m consecutive sentences side by side, at unit length

PART, from 0, gives other random rows of the same kind.
"""

import sys
from pathlib import Path

import numpy as np

BLOCK = 50_000
SENTENCE = 384
CLUSTERS = 1000


def uniform(d: int, part: int):
    random = np.random.default_rng([1234, part])
    return lambda start, count: random.random((count, d), np.float32)


def mixture(d: int, part: int):
    random = np.random.default_rng([1234, part])
    deviation = 8 / np.sqrt(2 * d) * CLUSTERS ** (1 / d)
    centres = np.random.default_rng(1234).standard_normal((CLUSTERS, d), np.float32) * np.float32(deviation)
    weights = 1 / np.sqrt(np.arange(1, CLUSTERS + 1))
    weights /= weights.sum()

    def block(start: int, count: int) -> np.ndarray:
        rows = random.standard_normal((count, d), np.float32)
        rows += centres[random.choice(CLUSTERS, count, p=weights)]
        return rows

    return block


def real(d: int, sentences: np.ndarray):
    if d < SENTENCE:
        projection = np.linalg.qr(np.random.default_rng(1234).standard_normal((SENTENCE, d)))[0].astype(np.float32)
        return lambda start, count: sentences[start : start + count] @ projection
    side_by_side, rest = divmod(d, SENTENCE)
    if rest:
        raise SystemExit(f"invalid dimensions: {d}, expected less than {SENTENCE} or a multiple of it")

    def block(start: int, count: int) -> np.ndarray:
        parts = [sentences[start + part : start + part + count] for part in range(side_by_side)]
        return np.concatenate(parts, axis=1) / np.float32(side_by_side**0.5)

    return block


def main() -> None:
    kind, (d, rows, part), out = sys.argv[1], map(int, sys.argv[2:5]), Path(sys.argv[5])
    if kind == "real":
        block_of = real(d, np.load(sys.argv[6], mmap_mode="r"))
    else:
        block_of = {"uniform": uniform, "mixture": mixture}[kind](d, part)
    unfinished = out.with_suffix(".unfinished")
    target = np.lib.format.open_memmap(unfinished, "w+", np.float32, (rows, d))
    for start in range(0, rows, BLOCK):
        target[start : start + BLOCK] = block_of(start, min(BLOCK, rows - start))
    target.flush()
    unfinished.rename(out)


main()
