"""Compares nearest_centroid_index with FAISS' IndexFlatL2.search.

    python nearest_against_faiss.py EXTENSION ROWS D [D ...]

Prints one JSON object: for each d and k the number of rows whose ids differ, and the largest share by which our
centroid's squared distance (in double precision) exceeds that of FAISS' one, for those rows.
"""

import json
import sys
import tempfile

import duckdb
import faiss
import numpy

extension, rows = sys.argv[1], int(sys.argv[2])
connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
connection.execute("SET enable_progress_bar = false")
connection.execute(f"LOAD '{extension}'")

results = []
for d in map(int, sys.argv[3:]):
    random = numpy.random.default_rng(d)
    centres = random.normal(scale=2, size=(50, d))
    embeddings = (centres[random.integers(0, 50, rows)] + random.normal(size=(rows, d))).astype(numpy.float32)
    with tempfile.TemporaryDirectory() as folder:
        numpy.save(f"{folder}/embeddings.npy", embeddings)
        connection.execute(f"CREATE OR REPLACE TABLE messages AS FROM read_npy('{folder}/embeddings.npy')")
    for k in (1, 7, 100, 1000):
        centroids = numpy.ascontiguousarray(embeddings[random.choice(rows, k, replace=False)])
        index = faiss.IndexFlatL2(d)
        index.add(centroids)
        theirs = index.search(embeddings, 1)[1].ravel()
        with tempfile.TemporaryDirectory() as folder:
            numpy.save(f"{folder}/centroids.npy", centroids)
            connection.execute(
                "CREATE OR REPLACE TABLE model AS "
                f"SELECT list(embedding ORDER BY id) AS centroids FROM read_npy('{folder}/centroids.npy')"
            )
        ours = connection.execute(
            "SELECT nearest_centroid_index(embedding, (SELECT centroids FROM model)) AS nearest FROM messages ORDER BY id"
        ).fetchnumpy()["nearest"]
        differing = numpy.flatnonzero(ours != theirs)
        exact = lambda ids: ((embeddings[differing].astype(float) - centroids[ids].astype(float)) ** 2).sum(1)
        excess = (exact(ours[differing]) - exact(theirs[differing])) / numpy.maximum(exact(theirs[differing]), 1e-30)
        results.append(
            {"d": d, "k": k, "differing": len(differing), "excess": float(excess.max()) if len(differing) else 0.0}
        )
print(json.dumps(results))
