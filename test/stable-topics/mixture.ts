/**
 * SQL for a mixture of far clusters, before and after a change that is known: (id, text, embedding, cluster, later).
 *
 * cluster is the true one before, NULL for messages that come later; later is the true one afterwards, NULL for messages that are
 * gone by then. In 16 dimensions clusters lie about 55 apart, and a message about 4 from its centre.
 *
 *   0 to 9    grow by half
 *   10        drifts: later messages lie 28 off
 *   11        becomes two, 110 and 111: later messages lie 20 to either side
 *   12, 13    become one, 120: they lie 20 apart, and later messages come between
 *   14, 15    die: their messages are gone
 *   16, 17    are born
 */
export function mixture(seed: number): string {
  const parts: [cluster: number | undefined, later: number | undefined, n: number, centre: number, offset: number][] = [
    ...Array.from({ length: 10 }, (_, c): [number, number, number, number, number] => [c, c, 100, c, 0]),
    ...Array.from({ length: 10 }, (_, c): [undefined, number, number, number, number] => [undefined, c, 50, c, 0]),
    [10, 10, 100, 10, 0],
    [undefined, 10, 300, 10, 28],
    [11, 110, 70, 11, 6],
    [11, 111, 50, 11, -6],
    [undefined, 110, 200, 11, 20],
    [undefined, 111, 200, 11, -20],
    [12, 120, 80, 12, 10],
    [13, 120, 60, 12, -10],
    [undefined, 120, 300, 12, 0],
    [14, undefined, 100, 14, 0],
    [15, undefined, 100, 15, 0],
    [undefined, 16, 200, 16, 0],
    [undefined, 17, 200, 17, 0],
  ];
  const values = parts
    .map(
      ([cluster, later, n, centre, offset]) => `(${cluster ?? 'NULL'}, ${later ?? 'NULL'}, ${n}, ${centre}, ${offset})`,
    )
    .join(', ');
  // Uniform numbers from -1 to 1.
  const random = (...keys: string[]) => `(hash(${keys.join(', ')}, ${seed}) % 20001 / 10000 - 1)`;
  return `
    SELECT
      row_number() OVER () AS id,
      'words of cluster' || coalesce(later, cluster) AS text,
      [${random('centre', 'j')} * 17 + CASE WHEN j = 0 THEN off ELSE 0 END + ${random('part', 'i', 'j')} * 1.7 FOR j IN range(16)]::FLOAT[] AS embedding,
      cluster,
      later
    FROM (SELECT *, row_number() OVER () AS part FROM (VALUES ${values}) AS t (cluster, later, n, centre, off)), LATERAL range(n) AS r (i)`;
}
