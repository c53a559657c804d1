"""The notebook's job with FAISS on a memory-mapped .npy: train, assign, store, count.

`training` is "each batch", as the notebook has it (every call starts afresh), or "one sample" of all rows.
"""

import faiss
import numpy as np
from job import clock, report, step, values

BATCH = 1_000_000

faiss.omp_set_num_threads(values["threads"])
k = values["k"]

with clock():
    embeddings = np.load(values["data"], mmap_mode="r")
    n, d = embeddings.shape
    batches = [embeddings[start : start + BATCH] for start in range(0, n, BATCH)]

    with step("train"):
        kmeans = faiss.Kmeans(d=d, k=k, niter=values["niter"])
        if values["training"] == "each batch":
            for batch in batches:
                kmeans.train(batch)
        else:
            sample = np.random.default_rng(1234).choice(n, min(n, 256 * k), replace=False)
            kmeans.train(embeddings[np.sort(sample)])

    with step("assign"):
        index = faiss.IndexFlatL2(d)
        index.add(kmeans.centroids)
        assignments = np.concatenate([index.search(batch, 1)[1] for batch in batches]).flatten()

    with step("store"):
        np.save(values["assignments"], assignments)

    with step("count"):
        sizes = np.bincount(assignments, minlength=k)

np.save(values["centroids"], kmeans.centroids)
report(rows=int(sizes.sum()))
