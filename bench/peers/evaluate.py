"""Judges results in NumPy, the same way for all: mean squared distance of rows to their nearest centroid.

`rows` rows are taken at even distances. With `assignments` (centroid numbers of all rows) it also gives the share of the
rows whose centroid is a nearest one, within 1e-5 of the distance, in double precision.
"""

import numpy as np
from job import clock, report, values

BLOCK = 4096
TOLERANCE = 1e-5

data = np.load(values["data"], mmap_mode="r")
centroids = np.ascontiguousarray(np.load(values["centroids"]), np.float32)
places = np.unique(np.linspace(0, len(data) - 1, min(values["rows"], len(data)), dtype=np.int64))
assignments = np.load(values["assignments"], mmap_mode="r") if "assignments" in values else None
origin = centroids.mean(0)
centred = centroids - origin
norms = np.einsum("ij,ij->i", centred, centred)


def squared_distances(rows: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    difference = rows.astype(np.float64) - centroids[chosen]
    return np.einsum("ij,ij->i", difference, difference)


total, nearest = 0.0, 0
with clock():
    for start in range(0, len(places), BLOCK):
        block = places[start : start + BLOCK]
        rows = np.asarray(data[block], np.float32)
        best = squared_distances(rows, np.argmin(norms - 2 * ((rows - origin) @ centred.T), axis=1))
        total += best.sum()
        if assignments is not None:
            given = squared_distances(rows, assignments[block])
            nearest += np.count_nonzero(given <= best * (1 + TOLERANCE) + 1e-12)

share = {} if assignments is None else {"nearestShare": nearest / len(places)}
report(objective=total / len(places), rows=len(places), **share)
