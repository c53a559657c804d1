"""Trains centroids that the assignments are measured with: make_centroids.py DATA.npy K OUT.npy"""

import sys
from pathlib import Path

import faiss
import numpy as np

ITERATIONS = 5
POINTS = 64

data, k, out = np.load(sys.argv[1], mmap_mode="r"), int(sys.argv[2]), Path(sys.argv[3])
sample = data[np.sort(np.random.default_rng(1234).choice(len(data), min(len(data), POINTS * k), replace=False))]
kmeans = faiss.Kmeans(data.shape[1], k, niter=ITERATIONS, max_points_per_centroid=POINTS, seed=1234)
kmeans.train(sample)
np.save(out, kmeans.centroids)
