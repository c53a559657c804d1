import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/paths.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const run = promisify(execFile);
const folder = temporaryFolder();

const steps = {
  writing: (sql: string, path: string) =>
    `await writeArrow(db.connection, ${JSON.stringify(sql)}, ${JSON.stringify(path)});`,
  reading: (_: string, path: string, column: string) =>
    `await db.query("SELECT count(*), sum(${column}) FROM read_arrow('${path}')");`,
};

/** The peak memory of a process, in MB. */
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
    few: 'SELECT id, (id % 100)::INTEGER AS cluster_id, (id / 2)::FLOAT AS distance FROM range(1_000_000) AS r(id)',
    many: 'SELECT id, (id % 100)::INTEGER AS cluster_id, (id / 2)::FLOAT AS distance FROM range(5_000_000) AS r(id)',
    bytes: 4_000_000 * 16,
  },
  'rows of embeddings': {
    column: 'embedding[1]',
    few: 'SELECT id, embedding FROM synthetic_embeddings(30_000, 384)',
    many: 'SELECT id, embedding FROM synthetic_embeddings(120_000, 384)',
    bytes: 90_000 * 384 * 4,
  },
};

for (const [name, { column, few, many, bytes }] of Object.entries(cases)) {
  test(`writeArrow() and read_arrow(path) need no more memory for more ${name}`, async () => {
    // What one batch more or less takes stays far below the rows themselves.
    const limit = bytes / 2 ** 20 / 1.5;
    for (const [step, work] of Object.entries(steps)) {
      const [fewPath, manyPath] = ['few', 'many'].map((rows) => join(folder, `${rows}.arrows`)) as [string, string];
      const small = await peak(work(few, fewPath, column));
      // The garbage collector comes when it likes, so that one run may take more: the least of three counts.
      const large: number[] = [];
      while (large.length < 3 && !(Math.min(...large) - small < limit)) {
        large.push(await peak(work(many, manyPath, column)));
      }
      assert.ok(Math.min(...large) - small < limit, `${step}: ${small} MB, then ${large.join(', ')} MB`);
    }
  });
}
