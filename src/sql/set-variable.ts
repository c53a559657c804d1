import type { RegisterConnection } from '../register.ts';

/**
 * Sets a variable of the session from its text: `40`, `-0.5` and `1e-3` are numbers, everything else is text; `007` is text
 * too, since its zeros mean something.
 */
export async function setVariable(connection: RegisterConnection, name: string, value: string): Promise<void> {
  const literal = isNumber(value) ? value : `'${value.replaceAll("'", "''")}'`;
  await connection.run(`SET VARIABLE "${name.replaceAll('"', '""')}" = ${literal}`);
}

function isNumber(text: string): boolean {
  return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text);
}
