-- Topics of 10 million messages from a NumPy file of embeddings: the job of a notebook with FAISS, in SQL.
--
--   ducktopics run sql/pipelines/notebook.sql --db topics.duckdb --set input=message_embeddings.npy
--
-- or in a DuckDB shell that has read ducktopics.sql:
--
--   SET VARIABLE input = 'message_embeddings.npy';
--   .read sql/pipelines/notebook.sql
--
-- Variable    Default                   Meaning
-- input       message_embeddings.npy    a file (.npy, Parquet, also as a pattern), a table or a view with (id, embedding)
-- k           100                       how many clusters
-- niter       20                        k-means iterations on a sample of 256 * k messages
-- seed        1234                      another seed gives another sample
-- sample      blocks                    'blocks' samples neighbouring rows at random places, 'uniform' single rows; see below
--
-- Reads the input once to assign, and keeps no more of it in memory than the sample. The sample comes from some hundred places of
-- an .npy file (some dozen of a Parquet file or a table): where the rows are in an order of their topics, set sample to 'uniform',
-- which reads the whole input once more.
-- Makes the tables topics, assignments and cluster_sizes, in place of earlier ones.
-- It is one transaction: where a statement fails, the earlier tables stay.

BEGIN;

-- Nothing is read from a table that is about to be replaced, and no column is missing.
SET VARIABLE checked_input = (
  SELECT _checked_input(
    coalesce(getvariable('input'), 'message_embeddings.npy'),
    ['topics', 'assignments', 'cluster_sizes'],
    list(column_name),
    ['id', 'embedding']
  )
  FROM (DESCRIBE FROM query_table(_as_table(coalesce(getvariable('input'), 'message_embeddings.npy'))))
);

-- The input under one name. The rows of an .npy file are numbered from 0: id. _as_table() lets query_table take a file.
CREATE OR REPLACE TEMP VIEW _notebook_input AS
FROM query_table(_as_table(coalesce(getvariable('input'), 'message_embeddings.npy')));

-- Step 1 and 2, faiss.Kmeans(d, k, niter).train(): one sample of all rows. (Training batch after batch would start anew with each
-- one, so that only the last would count.)
CREATE OR REPLACE TABLE topics AS
FROM kmeans_train(
  coalesce(getvariable('input'), 'message_embeddings.npy'),
  k := coalesce(getvariable('k'), 100),
  niter := coalesce(getvariable('niter'), 20),
  seed := coalesce(getvariable('seed'), 1234),
  sample := coalesce(getvariable('sample'), 'blocks')
);

-- Steps 3 and 4, IndexFlatL2.search(): the nearest centroid of every message.
CREATE OR REPLACE TABLE assignments AS
SELECT id, nearest_centroid(embedding, 'topics') AS cluster_id
FROM _notebook_input;

-- The distribution, np.bincount(): also of clusters without a message.
CREATE OR REPLACE TABLE cluster_sizes AS
SELECT cluster_id, coalesce(sizes.size, 0) AS size, coalesce(sizes.share, 0) AS share
FROM topics
LEFT JOIN cluster_sizes('assignments') AS sizes USING (cluster_id)
ORDER BY cluster_id;

COMMIT;

-- What the notebook prints.
SELECT
  sum(size)::BIGINT AS documents,
  count(*) AS clusters,
  min(size) AS smallest,
  max(size) AS largest,
  list(size ORDER BY cluster_id) AS distribution
FROM cluster_sizes;
