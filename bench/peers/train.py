"""Trains k centroids on rows in memory, with one of the peers.

`points` is the most rows a centroid that training may use: it draws a sample where there are more.
"""

import numpy as np
from job import clock, load, report, values

rows = load(values["data"])
n, d = rows.shape
k, iterations, points, seed, threads = (values[name] for name in ("k", "iterations", "points", "seed", "threads"))


def faiss_kmeans(kind: str):
    import faiss

    faiss.omp_set_num_threads(threads)
    kmeans = getattr(faiss, kind)(d, k, niter=iterations, seed=seed, max_points_per_centroid=points)
    with clock():
        kmeans.train(rows)
    return kmeans.centroids


def superkmeans(hierarchical: bool):
    from superkmeans import SuperKMeans

    settings = {} if hierarchical else {"iters": iterations}
    kmeans = SuperKMeans(
        k,
        d,
        hierarchical=hierarchical,
        # With a fraction of 1 it would take all rows, whatever the points.
        sampling_fraction=min(1.0, points * k / n),
        max_points_per_cluster=points,
        n_threads=threads,
        seed=seed,
        **settings,
    )
    with clock():
        centroids = kmeans.train(rows)
    return centroids


def mini_batch():
    from sklearn.cluster import MiniBatchKMeans

    kmeans = MiniBatchKMeans(k, random_state=seed, compute_labels=False)
    with clock():
        kmeans.fit(rows)
    return kmeans.cluster_centers_


trainers = {
    "faiss": lambda: faiss_kmeans("Kmeans"),
    "faiss-super": lambda: faiss_kmeans("SuperKmeans"),
    "superkmeans": lambda: superkmeans(hierarchical=False),
    "superkmeans-hierarchical": lambda: superkmeans(hierarchical=True),
    "minibatch": mini_batch,
}
centroids = trainers[values["peer"]]()
np.save(values["centroids"], np.asarray(centroids, np.float32))
report(rows=n)
