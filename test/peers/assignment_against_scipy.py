"""Prints the greatest total gain of each matrix that scipy finds, as JSON.

    python assignment_against_scipy.py MATRICES

MATRICES is a JSON file: a list of {rows, columns, gains}, where gains lists [row, column, gain]; other pairs may not be chosen.
"""

import json
import sys

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching


def dense_total(rows, columns, gains):
    # A pair that is not listed, or is worth less than nothing, is worth as much as no pair.
    matrix = np.zeros((rows, columns))
    for row, column, gain in gains:
        matrix[row, column] = max(0.0, gain)
    chosen = linear_sum_assignment(matrix, maximize=True)
    return float(matrix[chosen].sum())


def sparse_total(rows, columns, gains):
    # Every row can also take a column of its own, which is worth nothing. Stored weights must not be 0.
    row, column, gain = (np.array(values) for values in zip(*gains))
    everyone = np.arange(rows)
    weights = np.concatenate([1 + gain, np.ones(rows)])
    places = (np.concatenate([row, everyone]).astype(int), np.concatenate([column, columns + everyone]).astype(int))
    matrix = coo_array((weights, places), shape=(rows, columns + rows)).tocsr()
    chosen = min_weight_full_bipartite_matching(matrix, maximize=True)
    return float((matrix[chosen] - 1).sum())


with open(sys.argv[1], encoding="utf-8") as file:
    matrices = json.load(file)
totals = []
for matrix in matrices:
    rows, columns, gains = matrix["rows"], matrix["columns"], matrix["gains"]
    totals.append((dense_total if rows * columns <= 1_000_000 else sparse_total)(rows, columns, gains))
print(json.dumps(totals))
