// Appends the footer that makes a shared object a DuckDB extension of the stable C API.
//
//   node append-footer.mjs SHARED_OBJECT OUTPUT PLATFORM EXTENSION_VERSION
//
// The footer is 534 bytes: the header of a WebAssembly custom section named `duckdb_signature`, eight fields of
// 32 bytes (the last one first) and 256 bytes for a signature, which stay zero. Nothing may change the file afterwards.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

const [input, output, platform, version] = process.argv.slice(2);
if (!version) {
  console.error('usage: node append-footer.mjs SHARED_OBJECT OUTPUT PLATFORM EXTENSION_VERSION');
  process.exit(2);
}

function field(text) {
  const bytes = Buffer.alloc(32);
  bytes.write(text, 'ascii');
  return bytes;
}

const magic = '4';
const minimumApi = 'v1.2.0';
const abi = 'C_STRUCT';
const footer = Buffer.concat([
  Buffer.from([0x00, 0x93, 0x04, 0x10]),
  Buffer.from('duckdb_signature', 'ascii'),
  Buffer.from([0x80, 0x04]),
  ...['', '', '', abi, version, minimumApi, platform, magic].map(field),
  Buffer.alloc(256),
]);

// Under another name first: a process may have the old file mapped.
writeFileSync(`${output}.new`, Buffer.concat([readFileSync(input), footer]), { mode: 0o755 });
renameSync(`${output}.new`, output);
