import { open } from '../../src/index.ts';

// node --import tsx label-job.ts FILE N: labels N clusters into FILE, with the endpoint and the cache of the environment.
const [file, clusters] = process.argv.slice(2);
const db = await open(file);
await db.query(`CREATE OR REPLACE TABLE inputs AS
  SELECT range::INTEGER AS cluster_id, [format('alpha{0} beta{0} message one', range), format('alpha{0} gamma{0}', range)] AS texts
  FROM range(${clusters})`);
await db.query('CREATE OR REPLACE TABLE labels AS SELECT cluster_id, label_cluster(texts) AS label FROM inputs');
db.close();
