/**
 * The words of a dot command. Quotes keep a word together; within double quotes a backslash takes the next character as it is.
 */
export function splitArguments(line: string): string[] {
  return [...line.matchAll(/'((?:[^']|'')*)'?|"((?:[^"\\]|\\.)*)"?|\S+/g)].map(([word, single, double]) => {
    if (single !== undefined) return single.replaceAll("''", "'");
    if (double !== undefined)
      return double.replaceAll(/\\(.)/g, (_all, char) => (char === 'n' ? '\n' : char === 't' ? '\t' : char));
    return word;
  });
}
