import type { HostFunction } from './host-function.ts';

/** The statement that makes a host function known to a connection whose calls go to `socket`. */
export function macroOf(definition: HostFunction, socket: string): string {
  const forms = definition.signatures.map((parameters) => {
    const names = parameters.map((parameter) => parameter.split(' ', 1)[0]);
    return `(${names.join(', ')}) AS ${resultOf(definition.returns, callOf(definition.name, parameters, socket))}`;
  });
  return `CREATE OR REPLACE TEMP MACRO ${definition.name}${forms.join(',\n  ')};`;
}

/** `_call_host(socket, function, statement, arguments)`; the transaction and the query tell one statement from the next. */
function callOf(name: string, parameters: readonly string[], socket: string): string {
  const values = parameters.map((parameter) => parameter.replace(' ', '::'));
  return `_call_host(${literal(socket)}, ${literal(name)}, concat(txid_current(), '.', current_query_id()), json_array(${values.join(', ')})::VARCHAR)`;
}

function resultOf(type: string, call: string): string {
  if (type === 'VARCHAR') return `(${call})`;
  if (type.endsWith('[]') || type.startsWith('STRUCT')) return `from_json(${call}, ${literal(structureOf(type))})`;
  return `(${call})::${type}`;
}

/** The structure that `from_json` takes: `STRUCT(label VARCHAR, n FLOAT[])` is `{"label":"VARCHAR","n":["FLOAT"]}`. */
function structureOf(type: string): string {
  return JSON.stringify(parse(type));
}

function parse(type: string): unknown {
  if (type.endsWith('[]')) return [parse(type.slice(0, -2))];
  const fields = /^STRUCT\((.*)\)$/s.exec(type)?.[1];
  if (fields === undefined) return type;
  const members = fields.split(/,\s*/).map((field) => {
    const [name = '', inner = ''] = field.split(/\s+(.*)/);
    return [name, parse(inner)];
  });
  return Object.fromEntries(members);
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
