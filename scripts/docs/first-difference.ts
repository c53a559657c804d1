/** Numbers with a fraction may differ by this share on two machines: their kernels add in another order. */
const tolerance = 1e-3;

/**
 * The first line in which two texts differ, shown from both, or undefined. Numbers with a fraction may differ a little,
 * and with them the spaces and lines of the boxes around them.
 */
export function firstDifference(old: string, now: string): string | undefined {
  const oldLines = meaningfulLines(old);
  const newLines = meaningfulLines(now);
  for (let index = 0; index < Math.max(oldLines.length, newLines.length); index++) {
    const [a, b] = [oldLines[index] ?? '', newLines[index] ?? ''];
    if (!isSame(a, b)) return `- ${a}\n+ ${b}`;
  }
  return undefined;
}

function meaningfulLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replaceAll(/[─┌┬┐├┼┤└┴┘ ]+/g, ' ').trim())
    .filter((line) => line !== '');
}

function isSame(a: string, b: string): boolean {
  const number = /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g;
  if (a.replaceAll(number, '0') !== b.replaceAll(number, '0')) return false;
  const others = b.match(number) ?? [];
  return (a.match(number) ?? []).every((digits, index) => isNear(digits, others[index] ?? ''));
}

/** Whole numbers are ids and counts, and must be the same. */
function isNear(a: string, b: string): boolean {
  const isWhole = (digits: string) => /^-?\d+$/.test(digits);
  if (isWhole(a) && isWhole(b)) return a === b;
  const [x, y] = [Number(a), Number(b)];
  return Math.abs(x - y) <= tolerance * Math.max(Math.abs(x), Math.abs(y)) + 1e-6;
}
