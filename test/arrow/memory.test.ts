import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/paths.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const run = promisify(execFile);
const folder = temporaryFolder();

/** The peak of a process that writes a query's rows to a file and of one that reads it, in MB. */
async function peaks(sql: string, column: string): Promise<{ writing: number; reading: number }> {
  const path = join(folder, 'rows.arrows');
  return {
    writing: await peak(`await writeArrow(db.connection, ${JSON.stringify(sql)}, ${JSON.stringify(path)});`),
    reading: await peak(`await db.query("SELECT count(*), sum(${column}) FROM read_arrow('${path}')");`),
  };
}

async function peak(work: string): Promise<number> {
  const script = `import { open } from './src/index.ts';
    import { writeArrow } from './src/arrow/index.ts';
    const db = await open(':memory:', { threads: 2 });
    ${work}
    db.close();
    console.log(process.resourceUsage().maxRSS / 1024);`;
  const flags = ['--import', 'tsx', '--input-type=module', '-e', script];
  const { stdout } = await run(process.execPath, flags, { cwd: packageRoot });
  return Number(stdout);
}

const cases = {
  'rows of numbers': {
    column: 'distance',
    few: 'SELECT id, (id % 100)::INTEGER AS cluster_id, (id / 2)::FLOAT AS distance FROM range(1_500_000) AS r(id)',
    many: 'SELECT id, (id % 100)::INTEGER AS cluster_id, (id / 2)::FLOAT AS distance FROM range(8_000_000) AS r(id)',
    bytes: 6_500_000 * 16,
  },
  'rows of embeddings': {
    column: 'embedding[1]',
    few: 'SELECT id, embedding FROM synthetic_embeddings(30_000, 384)',
    many: 'SELECT id, embedding FROM synthetic_embeddings(150_000, 384)',
    bytes: 120_000 * 384 * 4,
  },
};

for (const [name, { column, few, many, bytes }] of Object.entries(cases)) {
  test(`writeArrow() and read_arrow(path) need no more memory for more ${name}`, async () => {
    const small = await peaks(few, column);
    const large = await peaks(many, column);
    // What one batch more or less takes, and the garbage collector leaves, stays far below the rows themselves.
    const limit = bytes / 2 ** 20 / 1.5;
    for (const step of ['writing', 'reading'] as const) {
      const growth = large[step] - small[step];
      assert.ok(growth < limit, `${step}: ${small[step]} MB, then ${large[step]} MB`);
    }
  });
}
