"""The nearest of k centroids for rows in memory: FAISS' IndexFlatL2 or SuperKMeans' assign."""

import numpy as np
from job import clock, load, report, values

rows, centroids = load(values["data"]), load(values["centroids"])

if values["peer"] == "faiss":
    import faiss

    faiss.omp_set_num_threads(values["threads"])
    with clock():
        index = faiss.IndexFlatL2(centroids.shape[1])
        index.add(centroids)
        assignments = index.search(rows, 1)[1].ravel()
else:
    from superkmeans import SuperKMeans

    with clock():
        engine = SuperKMeans(*centroids.shape, n_threads=values["threads"])
        assignments = engine.assign(rows, centroids)

np.save(values["assignments"], np.asarray(assignments, np.int32))
report(rows=len(assignments))
