"""Loads the extension into this Python's duckdb and prints what it answers, as JSON.

    python load_and_answer.py EXTENSION
"""

import json
import sys

import duckdb

connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
connection.execute("SET enable_progress_bar = false")
connection.execute(f"LOAD '{sys.argv[1]}'")
connection.execute("CREATE TABLE messages AS FROM synthetic_embeddings(5000, 16, clusters := 7, seed := 3)")
connection.execute("CREATE TABLE model AS SELECT kmeans(embedding, 9, 10, 1) AS centroids FROM messages")
answers = {
    "centroids": connection.execute("SELECT md5(centroids::VARCHAR) FROM model").fetchone()[0],
    "assignments": connection.execute(
        "SELECT md5(string_agg(nearest_centroid_index(embedding, (SELECT centroids FROM model))::VARCHAR, ',' ORDER BY id)) "
        "FROM messages"
    ).fetchone()[0],
}
print(json.dumps({"version": duckdb.__version__, **answers}))
