/**
 * Makes of values of Arrow those of DuckDB, bytes in and bytes out. `nulls` has 1 for each row that is NULL, and undefined is for none;
 * what lies in the place of a NULL may be anything. Throws for a value that DuckDB's type cannot hold.
 */
export type Convert = (values: Uint8Array, nulls?: Uint8Array) => Uint8Array;

/** The lower bytes of integers in little-endian order: a narrower integer, as long as the value fits. */
export function lowerBytes(from: number, to: number): Convert {
  return (values) => {
    if (from === to) return values;
    const count = values.byteLength / from;
    const narrow = new Uint8Array(count * to);
    for (let row = 0; row < count; row++) narrow.set(values.subarray(row * from, row * from + to), row * to);
    return narrow;
  };
}

/** Integers of `width` bytes, counted in 1/`of` seconds, as integers of 8 bytes in 1/`to` seconds, rounded down. */
export function scaled(width: 4 | 8, to: bigint, of: bigint): Convert {
  return (values, nulls) => {
    if (width === 8 && to === of) return values;
    const results = integers(values, width).map((value, row) => fitting(divide(value * to, of), 64, nulls, row));
    return new Uint8Array(BigInt64Array.from(results).buffer);
  };
}

export function millisecondsToDays(values: Uint8Array, nulls?: Uint8Array): Uint8Array {
  const days = Int32Array.from(integers(values, 8), (value, row) =>
    Number(fitting(divide(value, 86_400_000n), 32, nulls, row)),
  );
  return new Uint8Array(days.buffer);
}

/** IEEE 754 numbers of 16 bits as such of 32. */
export function floatsOfHalves(values: Uint8Array): Uint8Array {
  const view = viewOf(values);
  const floats = new Float32Array(values.byteLength / 2);
  for (let row = 0; row < floats.length; row++) floats[row] = half(view.getUint16(row * 2, true));
  return new Uint8Array(floats.buffer);
}

/** Durations as intervals without months and days. */
export function microsecondIntervals(perSecond: bigint): Convert {
  return (values, nulls) =>
    intervals(
      integers(values, 8).map((value, row) => [0, 0, fitting(divide(value * 1_000_000n, perSecond), 64, nulls, row)]),
    );
}

export function months(values: Uint8Array): Uint8Array {
  return intervals(integers(values, 4).map((value) => [Number(value), 0, 0n]));
}

/** Days and milliseconds, 4 bytes each. */
export function dayTimes(values: Uint8Array): Uint8Array {
  const view = viewOf(values);
  return intervals(
    Array.from({ length: values.byteLength / 8 }, (_, row) => [
      0,
      view.getInt32(row * 8, true),
      BigInt(view.getInt32(row * 8 + 4, true)) * 1000n,
    ]),
  );
}

/** Months, days and nanoseconds, of which DuckDB keeps whole microseconds. */
export function monthDayNanos(values: Uint8Array): Uint8Array {
  const view = viewOf(values);
  return intervals(
    Array.from({ length: values.byteLength / 16 }, (_, row) => [
      view.getInt32(row * 16, true),
      view.getInt32(row * 16 + 4, true),
      divide(view.getBigInt64(row * 16 + 8, true), 1000n),
    ]),
  );
}

function intervals(parts: [months: number, days: number, microseconds: bigint][]): Uint8Array {
  const bytes = new Uint8Array(parts.length * 16);
  const view = viewOf(bytes);
  for (const [row, [month, day, microseconds]] of parts.entries()) {
    view.setInt32(row * 16, month, true);
    view.setInt32(row * 16 + 4, day, true);
    view.setBigInt64(row * 16 + 8, microseconds, true);
  }
  return bytes;
}

function integers(values: Uint8Array, width: 4 | 8): bigint[] {
  const view = viewOf(values);
  return Array.from({ length: values.byteLength / width }, (_, row) =>
    width === 8 ? view.getBigInt64(row * 8, true) : BigInt(view.getInt32(row * 4, true)),
  );
}

/** The value, or 0 in the place of a NULL; an error where it needs more bits. */
function fitting(value: bigint, bits: number, nulls: Uint8Array | undefined, row: number): bigint {
  if (nulls?.[row] === 1) return 0n;
  if (BigInt.asIntN(bits, value) !== value) {
    throw new Error(
      `expected a date, time or duration that DuckDB can hold, got one that takes more than ${bits} bits`,
    );
  }
  return value;
}

/** Division that rounds down, also below 0. */
function divide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function viewOf(values: Uint8Array): DataView {
  return new DataView(values.buffer, values.byteOffset, values.byteLength);
}
