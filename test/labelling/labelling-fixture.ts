import { after } from 'node:test';
import { type DuckTopics, type LabellingOptions, open } from '../../src/index.ts';
import { OpenAiServer } from '../support/openai-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

// The tests decide on the endpoint, not the environment of whoever runs them.
for (const name of Object.keys(process.env)) {
  if (/^(OPENAI_|DUCKTOPICS_)/.test(name)) delete process.env[name];
}

/** A server that lives as long as the test file. */
export async function startServer(): Promise<OpenAiServer> {
  const server = await new OpenAiServer().listen();
  after(() => server.close());
  return server;
}

/** Options for that server with a cache of their own. */
export function optionsFor(server: OpenAiServer, options: LabellingOptions = {}): LabellingOptions {
  return {
    apiKey: server.apiKey,
    baseURL: server.baseURL,
    model: 'test-model',
    embeddingModel: 'test-embedding',
    cache: temporaryFolder(),
    ...options,
  };
}

/** A database with `inputs(cluster_id, texts, contrast)`: n clusters of three messages with words of their own. */
export async function openWithInputs(n: number, labelling: LabellingOptions): Promise<DuckTopics> {
  const db = await open(':memory:', { labelling });
  await db.query(`CREATE TABLE inputs AS
    SELECT range::INTEGER AS cluster_id,
           [format('alpha{0} beta{0} message one', range), format('alpha{0} gamma{0} letter', range), format('alpha{0} note', range)] AS texts,
           [format('alpha{0} other message', range + 1)] AS contrast
    FROM range(${n})`);
  return db;
}
