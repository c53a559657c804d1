-- The tables that the examples of the reference use.
CREATE TABLE messages AS
FROM (VALUES
  (1, 'the invoice for march is wrong',          [0.9, 0.1, 0.0, 0.1]),
  (2, 'please send the invoice again',           [1.0, 0.0, 0.1, 0.0]),
  (3, 'my refund has not arrived',               [0.8, 0.2, 0.1, 0.1]),
  (4, 'refund the second invoice please',        [0.9, 0.1, 0.1, 0.2]),
  (5, 'the app crashes when i open the map',     [0.1, 0.9, 0.0, 0.1]),
  (6, 'crash after the last update of the app',  [0.0, 1.0, 0.1, 0.1]),
  (7, 'the map stays empty since the update',    [0.1, 0.8, 0.2, 0.0]),
  (8, 'update fails and the app will not start', [0.2, 0.9, 0.1, 0.0]),
  (9, 'how do i change my password',             [0.0, 0.1, 0.9, 0.1]),
  (10, 'the password mail never comes',          [0.1, 0.0, 1.0, 0.1]),
  (11, 'locked out after a password change',     [0.1, 0.1, 0.8, 0.0]),
  (12, 'login fails with the new password',      [0.0, 0.2, 0.9, 0.1])
) AS t (id, text, embedding);

CREATE TABLE topics AS FROM kmeans_train('messages', k := 3, passes := 2);
CREATE TABLE assignments AS FROM assign_clusters('messages', 'topics');

-- Two topics that are one, and the embeddings of the topics' labels: embed_text(label) makes them, here the centroids stand in.
CREATE TABLE topic_pairs AS FROM (VALUES (0, 1)) AS t (cluster_id, other_id);
CREATE TABLE topic_vectors AS SELECT cluster_id, centroid FROM topics;
