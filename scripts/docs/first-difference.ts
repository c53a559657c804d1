/** Numbers of two machines may differ by this share: their kernels add in another order. */
const tolerance = 1e-3;

/**
 * The first line in which two texts differ, shown from both, or undefined. Numbers may differ a little, and with them the
 * spaces and lines of the boxes around them.
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
  const numbers = (text: string) => (text.match(number) ?? []).map(Number);
  const others = numbers(b);
  return numbers(a).every((x, index) => {
    const y = others[index] ?? Number.NaN;
    return Math.abs(x - y) <= tolerance * Math.max(Math.abs(x), Math.abs(y)) + 1e-6;
  });
}
