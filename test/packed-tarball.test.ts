import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { packageRoot } from '../src/paths.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const run = promisify(execFile);

suite('the packed tarball, installed into an empty folder without development dependencies', () => {
  const folder = temporaryFolder();
  const project = join(folder, 'project');
  const command = join(project, 'node_modules', '.bin', 'ducktopics');

  before(async () => {
    await run('npm', ['pack', '--pack-destination', folder], { cwd: packageRoot });
    const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
    assert.ok(tarball !== undefined);
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
    await run('npm', ['install', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', join(folder, tarball)], {
      cwd: project,
    });
  });

  test('ducktopics --help lists the commands', async () => {
    const { stdout } = await run(command, ['--help'], { cwd: project });
    assert.match(stdout, /^Usage: ducktopics /);
    assert.match(stdout, /query \[options\] <sql>/);
  });

  test('ducktopics query uses the extension', async () => {
    const sql = 'SELECT nearest_centroid_index([9.0, 9.0], [[0.0, 0.0], [10.0, 10.0]]) AS nearest';
    const { stdout } = await run(command, ['query', sql, '--format', 'csv'], { cwd: project });
    assert.equal(stdout, 'nearest\n1\n');
  });

  test('ducktopics doctor finds all that queries need', async () => {
    const { stdout } = await run(command, ['doctor'], { cwd: project });
    assert.match(stdout, /Everything that queries need is here\.\n$/);
  });

  test('ducktopics init-file loads the extension of the package', async () => {
    const { stdout } = await run(command, ['init-file'], { cwd: project });
    assert.ok(stdout.startsWith(`LOAD '${project}/node_modules/ducktopics/build/ducktopics.duckdb_extension';`));
  });

  test('ducktopics demo says where the demo is', async () => {
    await assert.rejects(run(command, ['demo'], { cwd: project }), /source repository/);
  });

  test("import { open } from 'ducktopics' gives a database", async () => {
    const script = `import { open } from 'ducktopics';
      const db = await open();
      console.log(String((await db.query('SELECT len(l2_normalize([3.0, 4.0])) AS d'))[0].d));
      db.close();`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: project });
    assert.equal(stdout, '2\n');
  });

  test("import ... from 'ducktopics/arrow' writes what read_arrow reads", async () => {
    const script = `import { open } from 'ducktopics';
      import { insertArrow, queryArrow, writeArrow } from 'ducktopics/arrow';
      const db = await open();
      await writeArrow(db.connection, 'FROM range(5)', 'five.arrows');
      const table = await queryArrow(db.connection, "FROM read_arrow('five.arrows')");
      console.log(await insertArrow(db.connection, table, 'five'));
      db.close();`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: project });
    assert.equal(stdout, '5\n');
  });

  test("import ... from 'ducktopics/kysely' works where kysely and kysely-duckdb are installed, and says what is missing", async () => {
    const script = `import { open } from 'ducktopics';
      import { DuckTopicsDialect, nearestCentroid } from 'ducktopics/kysely';
      import { Kysely } from 'kysely';
      const duck = await open();
      await duck.query('CREATE TABLE topics AS SELECT 7 AS cluster_id, [1.0, 2.0] AS centroid');
      const db = new Kysely({ dialect: new DuckTopicsDialect(duck) });
      console.log(await db.selectNoFrom(nearestCentroid([1, 2], 'topics').as('topic')).execute());
      await db.destroy();
      duck.close();`;
    const program = () => run(process.execPath, ['--input-type=module', '-e', script], { cwd: project });
    await assert.rejects(program(), /Cannot find package 'kysely/);
    const { devDependencies } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
    const peers = ['kysely', 'kysely-duckdb'].map((name) => `${name}@${devDependencies[name]}`);
    await run('npm', ['install', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', ...peers], {
      cwd: project,
    });
    assert.equal((await program()).stdout, '[ { topic: 7 } ]\n');
  });

  test('the package holds what rebuilds the extension, and no tests', async () => {
    const files = readdirSync(join(project, 'node_modules', 'ducktopics'), { recursive: true }) as string[];
    for (const file of ['udfs/native/CMakeLists.txt', 'scripts/setup.mjs', 'README.md', 'LICENSE']) {
      assert.ok(files.includes(file), `missing ${file}`);
    }
    assert.deepEqual(
      files.filter((file) => /(^|\/)test(\/|$)|\.test\.|datasets/.test(file)),
      [],
    );
  });
});
