import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { open } from '../src/index.ts';
import { errorLine } from './support/error-line.ts';
import { preparePython } from './support/python.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { withTopics } from './support/topics.ts';

const folder = temporaryFolder();
const python = await preparePython();
const path = (name: string) => join(folder, name);

test('Python reads what write_faiss(model, path) writes', { skip: python.missing }, async () => {
  for (const step of [1, 5]) {
    await using db = await withTopics(50, 8, step);
    const file = path(`python-${step}.faiss`);
    await db.query(`SELECT write_faiss('topics', '${file}')`);
    const found = JSON.parse(
      await python.run(
        `import faiss, json, numpy, sys
index = faiss.read_index(sys.argv[1])
step = int(sys.argv[2])
vectors = numpy.array([index.reconstruct(i * step) for i in range(index.ntotal)])
distances, ids = index.search(vectors, 1)
print(json.dumps([type(index).__name__, index.d, index.ntotal, vectors.tolist(), ids[:, 0].tolist(), float(distances.max())]))`,
        file,
        String(step),
      ),
    ) as [string, number, number, number[][], number[], number];
    const topics = await db.query<{ cluster_id: number; centroid: number[] }>('FROM topics ORDER BY cluster_id');
    assert.deepEqual(found, [
      step === 1 ? 'IndexFlatL2' : 'IndexIDMap2',
      8,
      50,
      topics.map((topic) => topic.centroid),
      topics.map((topic) => topic.cluster_id),
      0,
    ]);
  }
});

test('read_faiss(path) reads the vectors of the indexes that Python keeps them in', {
  skip: python.missing,
}, async () => {
  await using db = await open();
  const names = await python.run(
    `import faiss, numpy, sys
rng = numpy.random.default_rng(5)
n, d = 3000, 6
x = rng.random((n, d), dtype='float32')
ids = numpy.arange(n) * 2 + 2 ** 40
numpy.save(f'{sys.argv[1]}/vectors.npy', x)
def write(name, index):
    faiss.write_index(index, f'{sys.argv[1]}/{name}.faiss')
    print(name)
def filled(index):
    index.train(x)
    index.add(x)
    return index
def mapped(index):
    index.train(x)
    index.add_with_ids(x, ids)
    return index
write('IndexFlatL2', filled(faiss.IndexFlatL2(d)))
write('IndexFlatIP', filled(faiss.IndexFlatIP(d)))
write('IndexFlat-L1', filled(faiss.IndexFlat(d, faiss.METRIC_L1)))
lp = faiss.IndexFlat(d, faiss.METRIC_Lp)
lp.metric_arg = 3
write('IndexFlat-Lp', filled(lp))
write('IndexHNSWFlat', filled(faiss.IndexHNSWFlat(d, 8)))
write('IDMap-Flat', mapped(faiss.IndexIDMap(faiss.IndexFlatL2(d))))
write('IDMap2-Flat', mapped(faiss.IndexIDMap2(faiss.IndexFlatIP(d))))
write('IDMap-HNSW', mapped(faiss.IndexIDMap(faiss.IndexHNSWFlat(d, 8))))
def ivf(factory):
    index = faiss.index_factory(d, factory)
    quantizer = faiss.downcast_index(faiss.extract_index_ivf(index).quantizer)
    quantizer.add(x)
    quantizer.is_trained = True
    index.nlist = n
    index.train(x)
    index.add(x[:50])
    return index
for factory in ('IVF3000,Flat', 'IVF3000,SQ8', 'IVF3000,PQ2x4', 'IVF3000,PQ2x4fs', 'IVF3000_HNSW8,Flat'):
    write(factory, ivf(factory))`,
    folder,
  );
  const mapped = ['IDMap-Flat', 'IDMap2-Flat', 'IDMap-HNSW'];
  assert.equal(names.split('\n').length, 13);
  for (const name of names.split('\n')) {
    const id = mapped.includes(name) ? 'id * 2 + (1::BIGINT << 40)' : 'id';
    const [row] = await db.query(
      `SELECT count(*) AS n, count(*) FILTER (centroid = embedding::FLOAT[]) AS same
       FROM read_faiss('${path(`${name}.faiss`)}') JOIN read_npy('${path('vectors.npy')}') ON cluster_id = ${id}`,
    );
    assert.deepEqual(row, { n: 3000n, same: 3000n }, name);
  }
});

test('read_faiss(path) of an index without vectors returns no rows', { skip: python.missing }, async () => {
  await using db = await open();
  await python.run(
    `import faiss, sys
faiss.write_index(faiss.IndexFlatL2(4), f'{sys.argv[1]}/empty.faiss')
faiss.write_index(faiss.IndexIDMap(faiss.IndexFlatL2(4)), f'{sys.argv[1]}/empty-map.faiss')`,
    folder,
  );
  assert.deepEqual(await db.query(`FROM read_faiss('${path('empty.faiss')}')`), []);
  assert.deepEqual(await db.query(`FROM read_faiss('${path('empty-map.faiss')}')`), []);
});

test('read_faiss(path) rejects indexes that do not keep the vectors whole', { skip: python.missing }, async () => {
  await using db = await open();
  const names = await python.run(
    `import faiss, numpy, sys
x = numpy.random.default_rng(5).random((1000, 8), dtype='float32')
for factory in ('PQ4x4', 'SQ8', 'LSH', 'PCA4,Flat', 'Flat,RFlat', 'HNSW8_SQ8', 'NSG8,Flat', 'IDMap,IVF4,Flat', 'IDMap,PQ4x4', 'IVF4(PCA4,Flat),Flat'):
    index = faiss.index_factory(8, factory)
    index.train(x)
    (index.add_with_ids(x, numpy.arange(1000)) if factory.startswith('IDMap') else index.add(x))
    faiss.write_index(index, f'{sys.argv[1]}/refused-{factory}')
    print(f'refused-{factory}')
binary = faiss.IndexBinaryFlat(64)
binary.add(numpy.zeros((3, 8), dtype='uint8'))
faiss.write_index_binary(binary, f'{sys.argv[1]}/refused-binary')
print('refused-binary')`,
    folder,
  );
  const lines: Record<string, string> = {};
  for (const name of names.split('\n')) {
    const line = await errorLine(db.query(`FROM read_faiss('${path(name)}')`));
    lines[name.replace('refused-', '')] = line.replace(`read_faiss: ${path(name)}: `, '');
  }
  const type = (letters: string) =>
    `expected a Flat or HNSW-Flat index, an IDMap over one, or an IVF index, got ${letters}; copy its vectors to a faiss.IndexFlatL2`;
  assert.deepEqual(lines, {
    PQ4x4: type('IxPq'),
    SQ8: type('IxSQ'),
    LSH: type('IxHe'),
    'PCA4,Flat': type('IxPT'),
    'Flat,RFlat': type('IxRF'),
    HNSW8_SQ8: type('IHNs'),
    'NSG8,Flat': type('INSf'),
    'IDMap,IVF4,Flat': type('IwFl'),
    'IDMap,PQ4x4': type('IxPq'),
    'IVF4(PCA4,Flat),Flat': type('IxPT'),
    binary: 'expected an index of FLOAT vectors, got a binary one (IBxF)',
  });
});

test('Python finds the same nearest centroids with the written index', { skip: python.missing }, async () => {
  await using db = await withTopics(40, 12, 3);
  const [index, messages] = [path('nearest.faiss'), path('messages.npy')];
  await db.query(`SELECT write_faiss('topics', '${index}')`);
  const expected = JSON.parse(
    await python.run(
      `import faiss, json, numpy, sys
index = faiss.read_index(sys.argv[1])
messages = numpy.random.default_rng(3).random((5000, index.d), dtype='float32')
numpy.save(sys.argv[2], messages)
print(json.dumps(index.search(messages, 1)[1][:, 0].tolist()))`,
      index,
      messages,
    ),
  ) as number[];
  const rows = await db.query<{ cluster_id: bigint }>(
    `WITH model AS (SELECT list(centroid ORDER BY cluster_id) AS centroids, list(cluster_id ORDER BY cluster_id) AS ids
       FROM read_faiss('${index}'))
     SELECT ids[nearest_centroid_index(embedding, centroids) + 1] AS cluster_id FROM read_npy('${messages}'), model ORDER BY id`,
  );
  assert.deepEqual(
    rows.map((row) => Number(row.cluster_id)),
    expected,
  );
});
