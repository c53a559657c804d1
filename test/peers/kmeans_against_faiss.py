"""Compares the objective of kmeans over all rows with that of FAISS' Kmeans on the same number of sampled points.

    python kmeans_against_faiss.py EXTENSION ROWS D K

Prints one JSON object: the mean objective of five seeds for FAISS, for kmeans, and for kmeans after three kmeans_step
passes, on uniform data and on a mixture.
"""

import json
import sys

import duckdb
import faiss
import numpy

extension = sys.argv[1]
rows, d, k = map(int, sys.argv[2:5])
connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
connection.execute("SET enable_progress_bar = false")
connection.execute(f"LOAD '{extension}'")


def objective(embeddings, centroids):
    index = faiss.IndexFlatL2(d)
    index.add(numpy.ascontiguousarray(centroids, dtype=numpy.float32))
    return float(index.search(embeddings, 1)[0].sum(dtype=float))


results = []
for clusters in (0, 40):
    connection.execute(
        f"CREATE OR REPLACE TABLE messages AS FROM synthetic_embeddings({rows}, {d}, clusters := {clusters}, seed := 5)"
    )
    embeddings = connection.execute("SELECT embedding FROM messages").fetchnumpy()["embedding"]
    embeddings = numpy.stack(embeddings).astype(numpy.float32)
    theirs, ours, refined = [], [], []
    for seed in range(1, 6):
        trainer = faiss.Kmeans(d, k, niter=20, seed=seed, max_points_per_centroid=256)
        trainer.train(embeddings)
        theirs.append(objective(embeddings, trainer.centroids))
        connection.execute(
            f"CREATE OR REPLACE TABLE model AS SELECT kmeans(embedding, {k}, 20, {seed}, 256) AS centroids FROM messages"
        )
        ours.append(objective(embeddings, connection.execute("FROM model").fetchone()[0]))
        for _ in range(3):
            connection.execute(
                "CREATE OR REPLACE TABLE model AS SELECT "
                "kmeans_step(embedding, (SELECT centroids FROM model)).centroids AS centroids FROM messages"
            )
        refined.append(objective(embeddings, connection.execute("FROM model").fetchone()[0]))
    mean = lambda values: float(numpy.mean(values))
    results.append({"clusters": clusters, "faiss": mean(theirs), "kmeans": mean(ours), "passes": mean(refined)})
print(json.dumps(results))
