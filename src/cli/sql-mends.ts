/** The command or flag that mends an error of DuckDB, as one line; undefined when DuckDB's own words are enough. */
export function mendOf(message: string): string | undefined {
  return mends.find(({ when }) => when.test(message))?.mend;
}

const mends: { when: RegExp; mend: string }[] = [
  {
    when: /Catalog Error: Table with name .* does not exist/,
    mend: 'list the tables with: ducktopics query "SHOW ALL TABLES" --db FILE',
  },
  {
    when: /Catalog Error: (Scalar|Aggregate|Table|Macro).* (Function|Macro) with name .* does not exist|No function matches/,
    mend: 'list the functions with: ducktopics functions',
  },
  {
    when: /Cannot (FORCE )?CHECKPOINT: the current transaction/,
    mend: 'begin and commit in the script, or write above its first statement: -- ducktopics: no transaction',
  },
  {
    when: /a single transaction can only write to a single attached database/,
    mend: 'begin and commit for each database, or write above the first statement: -- ducktopics: no transaction',
  },
  {
    when: /Failed to commit: .* another transaction has altered this table/,
    mend: 'alter the table before the script writes to it, or write above its first statement: -- ducktopics: no transaction',
  },
  { when: /read-only mode/, mend: 'leave out --readonly to write' },
  {
    when: /Out of Memory Error/,
    mend: 'raise the limit with --memory-limit, or give --db FILE so that data can go to disk',
  },
  { when: /No files found that match the pattern/, mend: 'give the path from the folder in which the command runs' },
];
