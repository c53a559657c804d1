import { createRequire } from 'node:module';
import { arrow } from './lazy-arrow.ts';

const require = createRequire(import.meta.url);

/**
 * Throws where the metadata of a message claims more fields, children or entries than its bytes can hold. Reading them would fill all
 * memory: apache-arrow trusts the numbers of a file.
 */
export function checkMetadata(metadata: Uint8Array): void {
  const { Message } = require('apache-arrow/fb/message') as typeof import('apache-arrow/fb/message');
  const message = Message.getRootAsMessage(bufferOf(metadata));
  const budget = new Budget(metadata.byteLength);
  budget.take(message.customMetadataLength());
  const { MessageHeader } = arrow();
  switch (message.headerType() as number) {
    case MessageHeader.Schema: {
      const { Schema } = require('apache-arrow/fb/schema') as typeof import('apache-arrow/fb/schema');
      checkSchema(message.header(new Schema()), budget);
      break;
    }
    case MessageHeader.RecordBatch: {
      const { RecordBatch } = require('apache-arrow/fb/record-batch') as typeof import('apache-arrow/fb/record-batch');
      checkBatch(message.header(new RecordBatch()), budget);
      break;
    }
    case MessageHeader.DictionaryBatch: {
      const { DictionaryBatch } =
        require('apache-arrow/fb/dictionary-batch') as typeof import('apache-arrow/fb/dictionary-batch');
      checkBatch((message.header(new DictionaryBatch()) as InstanceType<typeof DictionaryBatch>).data(), budget);
      break;
    }
  }
}

/** The same for the footer of a file. */
export function checkFooter(bytes: Uint8Array): void {
  const { Footer } = require('apache-arrow/fb/footer') as typeof import('apache-arrow/fb/footer');
  const footer = Footer.getRootAsFooter(bufferOf(bytes));
  const budget = new Budget(bytes.byteLength);
  budget.take(footer.dictionariesLength() + footer.recordBatchesLength() + footer.customMetadataLength());
  checkSchema(footer.schema(), budget);
}

/** What a message can hold at most: each entry of a list takes 4 bytes. */
class Budget {
  #left: number;

  constructor(byteLength: number) {
    this.#left = Math.ceil(byteLength / 4);
  }

  take(count: number): void {
    this.#left -= count;
    if (!(count >= 0 && this.#left >= 0)) throw new Error('expected Arrow IPC, got damaged metadata');
  }
}

interface FieldLike {
  childrenLength(): number;
  children(at: number): FieldLike | null;
  customMetadataLength(): number;
}

interface SchemaLike {
  fieldsLength(): number;
  fields(at: number): FieldLike | null;
  customMetadataLength(): number;
}

function checkSchema(schema: SchemaLike | null, budget: Budget): void {
  if (schema === null) return;
  budget.take(schema.customMetadataLength());
  budget.take(schema.fieldsLength());
  for (let at = 0; at < schema.fieldsLength(); at++) checkField(schema.fields(at), budget);
}

function checkField(field: FieldLike | null, budget: Budget): void {
  if (field === null) return;
  budget.take(field.customMetadataLength());
  budget.take(field.childrenLength());
  for (let at = 0; at < field.childrenLength(); at++) checkField(field.children(at), budget);
}

interface BatchLike {
  nodesLength(): number;
  buffersLength(): number;
  variadicBufferCountsLength(): number;
}

function checkBatch(batch: BatchLike | null, budget: Budget): void {
  if (batch === null) return;
  budget.take(batch.nodesLength() + batch.buffersLength() + batch.variadicBufferCountsLength());
}

function bufferOf(bytes: Uint8Array) {
  const { ByteBuffer } = createRequire(require.resolve('apache-arrow'))('flatbuffers');
  return new ByteBuffer(bytes);
}
