import { functionsText } from '../../cli/functions.ts';
import { version } from '../../version.ts';
import { inColumns } from '../in-columns.ts';
import type { DotCommand } from './dot-command.ts';

/** The commands that show what is there. */
export const catalogCommands: DotCommand[] = [
  {
    name: 'tables',
    usage: '?PATTERN?',
    summary: 'List tables and views, or those whose names are LIKE PATTERN',
    mostArguments: 1,
    completes: 'table',
    async run({ session }, [pattern = '%']) {
      const rows = await session.rows(tablesSql, [pattern]);
      await session.output.write(
        inColumns(
          rows.map(([name = '']) => name),
          session.output.width ?? 80,
        ),
      );
    },
  },
  {
    name: 'schema',
    usage: '?PATTERN?',
    summary: 'Show the CREATE statements of tables, views and indexes, or of those LIKE PATTERN',
    mostArguments: 1,
    completes: 'table',
    async run({ session }, [pattern = '%']) {
      const sql = 'SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND (name ILIKE $1 OR tbl_name ILIKE $1)';
      const rows = await session.rows(sql, [pattern]);
      await session.output.write(rows.map(([text = '']) => `${text.trimEnd().replace(/;?$/, ';')}\n`).join(''));
    },
  },
  {
    name: 'databases',
    usage: '',
    summary: 'List the open databases and their files',
    async run({ session }) {
      const sql =
        "SELECT database_name || ': ' || coalesce(path, 'memory') || if(readonly, ' (read-only)', '') FROM duckdb_databases() WHERE NOT internal";
      const rows = await session.rows(sql);
      await session.output.write(rows.map(([text = '']) => `${text}\n`).join(''));
    },
  },
  {
    name: 'functions',
    usage: '?NAME?',
    summary: 'List the functions of DuckTopics, or describe one with an example',
    mostArguments: 1,
    completes: 'function',
    async run({ session }, [name]) {
      await session.output.write(await functionsText(session.db.connection, name));
    },
  },
  {
    name: 'show',
    usage: '',
    summary: 'Show the settings of the shell',
    async run({ session }) {
      const { settings, path } = session;
      const shown = {
        bail: onOff(settings.bail),
        echo: onOff(settings.echo),
        headers: onOff(settings.headers),
        maxrows: settings.maxRows === Number.POSITIVE_INFINITY ? 'all' : String(settings.maxRows),
        mode: settings.mode,
        nullvalue: JSON.stringify(settings.nullValue),
        separator: JSON.stringify(settings.separator),
        timer: onOff(settings.timer),
        filename: path,
      };
      const lines = Object.entries(shown).map(([name, value]) => `${name.padStart(12)}: ${value}\n`);
      await session.output.write(lines.join(''));
    },
  },
  {
    name: 'version',
    usage: '',
    summary: 'Show the versions of DuckTopics and DuckDB',
    async run({ session }) {
      const [[duckdb] = []] = await session.rows('SELECT version()');
      await session.output.write(`DuckTopics ${version()}, DuckDB ${duckdb}\n`);
    },
  },
];

/** Names as they must be written: with the database and schema where those are not the current ones. */
const tablesSql = `
  WITH found AS (
    SELECT database_name, schema_name, table_name AS name FROM duckdb_tables() WHERE NOT internal
    UNION ALL
    SELECT database_name, schema_name, view_name FROM duckdb_views() WHERE NOT internal
  )
  SELECT concat(
      CASE WHEN database_name NOT IN (current_database(), 'temp') THEN database_name || '.' END,
      CASE WHEN schema_name <> 'main' OR database_name NOT IN (current_database(), 'temp') THEN schema_name || '.' END,
      name) AS shown
  FROM found WHERE name ILIKE $1 ORDER BY ALL`;

function onOff(value: boolean): string {
  return value ? 'on' : 'off';
}
