import assert from 'node:assert/strict';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, suite, test } from 'node:test';
import { type DuckTopics, open } from '../../src/index.ts';
import { errorLine } from '../support/error-line.ts';
import { writeNpy } from '../support/npy-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Opens a database whose functions may open the files of these folders. */
async function openWith(files: string): Promise<DuckTopics> {
  process.env.DUCKTOPICS_FILES = files;
  return open();
}

suite('DUCKTOPICS_FILES', () => {
  const folder = temporaryFolder();
  const inside = join(folder, 'open');
  const outside = join(folder, 'open and more');
  const path = (name: string) => join(folder, name);
  for (const made of [inside, outside]) {
    mkdirSync(made);
    writeNpy(join(made, 'two.npy'), [2, 1], Float32Array.of(1, 2));
  }
  symlinkSync(outside, join(inside, 'link'));
  symlinkSync(join(outside, 'two.npy'), join(inside, 'link.npy'));
  symlinkSync(inside, path('way in'));

  afterEach(() => {
    delete process.env.DUCKTOPICS_FILES;
  });

  const unreadable = ['two.npy', 'nothing.npy', '*.npy', 'no*thing.npy', ''].map((name) => join(outside, name));

  test('that is empty closes every file, whether it is there or not', async () => {
    await using db = await openWith('');
    for (const file of [...unreadable, join(inside, 'two.npy'), '*.npy', '/', '/etc/*']) {
      const expected = (name: string) => `${name}: ${file}: may not be opened, files are closed`;
      assert.equal(await errorLine(db.query(`FROM read_npy('${file}')`)), expected('read_npy'));
      assert.equal(
        await errorLine(db.query(`FROM _read_npy_sample('${file}', 1, 1, 1)`)),
        expected('_read_npy_sample'),
      );
      assert.equal(await errorLine(db.query(`FROM "npy sample:1:1:1:${file}"`)), expected('_read_npy_sample'));
      assert.equal(await errorLine(db.query(`FROM read_faiss('${file}')`)), expected('read_faiss'));
    }
    const file = join(outside, 'two.npy');
    const line = `read_npy: ${file}: may not be opened, files are closed`;
    assert.equal(await errorLine(db.query(`FROM '${file}'`)), line);
    assert.equal(await errorLine(db.query(`FROM kmeans_train('${file}', k := 1)`)), line);
    assert.equal(
      await errorLine(db.query(`SELECT nearest_centroid([1::FLOAT], '${path('x.faiss')}')`)),
      `read_faiss: ${path('x.faiss')}: may not be opened, files are closed`,
    );
  });

  test('opens what lies below its folders, by whatever way', async () => {
    await using db = await openWith(`${path('nowhere')}::${inside}/`);
    const ways = [
      join(inside, 'two.npy'),
      relative(process.cwd(), join(inside, 'two.npy')),
      `${outside}/../open/two.npy`,
      path('way in/two.npy'),
      `file://${inside}/two.npy`,
      join(inside, 't*.npy'),
      `${inside}/./t?o.npy`,
    ];
    for (const way of ways) assert.equal((await db.query(`FROM read_npy('${way}')`)).length, 2, way);
    assert.match(await errorLine(db.query(`FROM '${inside}/nothing.npy'`)), /nothing\.npy: no such file$/);
    assert.match(await errorLine(db.query(`FROM '${inside}/no*thing.npy'`)), /thing\.npy: no file matches$/);
  });

  test('lets no link, `..` or pattern out of its folders', async () => {
    await using db = await openWith(inside);
    const refused = [
      ...unreadable,
      `${inside}/../open and more/two.npy`,
      `${inside}/nothing/../../open and more/two.npy`,
      `${inside}/link/two.npy`,
      `${inside}/link/*.npy`,
      `${inside}/link.npy`,
      `${inside}/link*.npy`,
      `${inside}/l*/two.npy`,
      `${inside}/*/../../open and more/two.npy`,
      `${inside}*/two.npy`,
      folder,
      '/',
      '~/two.npy',
    ];
    for (const file of refused) {
      const line = await errorLine(db.query(`FROM read_npy('${file}')`));
      assert.match(line, /: may not be opened, it is outside the folders that are open$/, file);
    }
  });

  test('that is set keeps every file from being written', async () => {
    await using db = await openWith(inside);
    const file = join(inside, 'written.faiss');
    assert.equal(
      await errorLine(db.query(`SELECT write_faiss_index([[1::FLOAT]], [1], '${file}')`)),
      `write_faiss: ${file}: may not be written, files are closed`,
    );
    assert.ok(!existsSync(file));
  });

  test('that is not set leaves all files open', async () => {
    await using db = await open();
    await db.query(`SELECT write_faiss_index([[1::FLOAT]], [1], '${path('written.faiss')}')`);
    assert.equal((await db.query(`FROM '${path('written.faiss')}'`)).length, 1);
    assert.equal((await db.query(`FROM '${inside}/link*.npy'`)).length, 2);
  });
});
