/** A column to draw: its place in the result, or undefined for the `…` that stands for those left out. */
export interface FittedColumn {
  index: number | undefined;
  width: number;
}

/** A cell is never cut below this many characters while columns can be left out. */
const leastWidth = 20;

/** Fits columns of the given widths into a line: first the widest are narrowed, then those in the middle are left out. */
export function fitColumns(widths: number[], lineWidth: number): FittedColumn[] {
  const columns: FittedColumn[] = widths.map((width, index) => ({ index, width }));
  narrow(columns, lineWidth);
  if (lineLength(columns) <= lineWidth) return columns;
  const [only] = columns;
  if (only !== undefined && columns.length === 1)
    return [{ ...only, width: Math.max(1, lineWidth - lineLength([]) - 3) }];

  let left = Math.ceil(columns.length / 2);
  let right = columns.length - left;
  const ellipsis: FittedColumn = { index: undefined, width: 1 };
  const kept = () => [...columns.slice(0, left), ellipsis, ...columns.slice(columns.length - right)];
  while (left + right > 1 && lineLength(kept()) > lineWidth) {
    if (right >= left) right--;
    else left--;
  }
  return kept();
}

/** Lowers the widest columns to one common width, not below `leastWidth`. */
function narrow(columns: FittedColumn[], lineWidth: number): void {
  const widest = Math.max(0, ...columns.map(({ width }) => width));
  let low = Math.min(leastWidth, widest);
  let high = widest;
  const lengthAt = (limit: number) =>
    lineLength(columns.map(({ index, width }) => ({ index, width: Math.min(width, limit) })));
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (lengthAt(middle) <= lineWidth) low = middle;
    else high = middle - 1;
  }
  for (const column of columns) column.width = Math.min(column.width, low);
}

/** The length of a line of the box: a border and two spaces a column, and a last border. */
function lineLength(columns: FittedColumn[]): number {
  return columns.reduce((sum, { width }) => sum + width + 3, 1);
}
