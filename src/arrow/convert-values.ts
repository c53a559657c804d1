// Values of Arrow in the form that DuckDB has for them: bytes in, bytes out.

/** The lower bytes of integers in little-endian order: a narrower integer, as long as the value fits. */
export function lowerBytes(from: number, to: number): (values: Uint8Array) => Uint8Array {
  return (values) => {
    if (from === to) return values;
    const count = values.byteLength / from;
    const narrow = new Uint8Array(count * to);
    for (let row = 0; row < count; row++) narrow.set(values.subarray(row * from, row * from + to), row * to);
    return narrow;
  };
}

/** Integers of `width` bytes, counted in 1/`of` seconds, as integers of 8 bytes in 1/`to` seconds, rounded down. */
export function scaled(width: 4 | 8, to: bigint, of: bigint): (values: Uint8Array) => Uint8Array {
  return (values) => {
    if (width === 8 && to === of) return values;
    return bytesOfBigInts(Array.from(integers(values, width), (value) => divide(value * to, of)));
  };
}

export function millisecondsToDays(values: Uint8Array): Uint8Array {
  const days = Int32Array.from(integers(values, 8), (value) => Number(divide(value, 86_400_000n)));
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
export function microsecondIntervals(perSecond: bigint): (values: Uint8Array) => Uint8Array {
  return (values) =>
    intervals(Array.from(integers(values, 8), (value) => [0, 0, divide(value * 1_000_000n, perSecond)]));
}

export function months(values: Uint8Array): Uint8Array {
  return intervals(Array.from(integers(values, 4), (value) => [Number(value), 0, 0n]));
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

function* integers(values: Uint8Array, width: 4 | 8): Generator<bigint> {
  const view = viewOf(values);
  for (let at = 0; at < values.byteLength; at += width) {
    yield width === 8 ? view.getBigInt64(at, true) : BigInt(view.getInt32(at, true));
  }
}

function bytesOfBigInts(values: bigint[]): Uint8Array {
  return new Uint8Array(BigInt64Array.from(values).buffer);
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
