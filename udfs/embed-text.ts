import type { HostFunction } from '../src/labelling/host-function.ts';

export const embedText: HostFunction = {
  name: 'embed_text',
  signatures: [['text VARCHAR']],
  returns: 'FLOAT[]',
  description: `Turns a text into an embedding.

It comes from the embeddings endpoint where one is configured (\`DUCKTOPICS_EMBEDDING_MODEL\`), otherwise, or with
\`DUCKTOPICS_EMBEDDINGS=offline\`, from the Universal Sentence Encoder on this machine (512 dimensions, English; three optional
npm packages, loaded on first use). Only embeddings of one model can be compared.

NULL: NULL. Errors: the endpoint's, after retries; a budget that is used up; \`missing package\`, with the command to install it.`,
  example: "SELECT len(embed_text('cheap flights to Rome')) AS dimensions",
  async run(rows, labeller, scope) {
    const texts = rows.map(([text]) => text as string | null);
    const vectors = await labeller.embed(
      texts.filter((text) => text !== null),
      scope,
    );
    let next = 0;
    return texts.map((text) => (text === null ? null : Array.from(vectors[next++] as Float32Array)));
  },
};
