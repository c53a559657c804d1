import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { exitCodes } from '../../src/cli/run/exit-codes.ts';
import { open } from '../../src/index.ts';
import { packageRoot } from '../../src/paths.ts';
import { ducktopics } from '../support/command.ts';
import { preparePython } from '../support/python.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type Mail, simulateMail, succeed, train } from './simulated-mail.ts';

const exec = promisify(execFile);
const page = readFileSync(join(packageRoot, 'docs', 'scheduling.md'), 'utf8');

/** The files that the page shows, by the path that stands above each. */
const shown = new Map(
  [...page.matchAll(/^`([^`\n]+)`:[^\n]*\n\n```\w+\n([\s\S]*?)```$/gm)].map(([, path, text]) => [path, text] as const),
);

function shownFile(path: string): string {
  const text = shown.get(path);
  assert.ok(text, `docs/scheduling.md shows no ${path}`);
  return text;
}

/** The first block of a language behind a heading. */
function block(heading: string, language: string): string {
  const [, text] =
    new RegExp(`^## ${heading}$[\\s\\S]*?^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page) ?? [];
  assert.ok(text, `docs/scheduling.md has no ${language} under ${heading}`);
  return text;
}

/** A folder as `npm install ducktopics` leaves it, in place of the page's. */
async function install(folder: string, days: number): Promise<Mail> {
  mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true });
  symlinkSync(packageRoot, join(folder, 'node_modules', 'ducktopics'));
  symlinkSync('../ducktopics/bin/ducktopics.mjs', join(folder, 'node_modules', '.bin', 'ducktopics'));
  return simulateMail(folder, days, 99);
}

async function rows(database: string, sql: string) {
  await using db = await open(database, { readOnly: true });
  return await db.query(sql);
}

test('docs/scheduling.md and run --help list the exit codes that there are', async () => {
  const { stdout } = await ducktopics(['run', '--help']);
  for (const [kind, code] of Object.entries(exitCodes)) {
    assert.match(page, new RegExp(`^\\| ${code} \\| \`${kind}\` \\|`, 'm'));
    assert.match(stdout, new RegExp(`^  ${code} +\\S`, 'm'));
  }
});

suite('cron and systemd', () => {
  const folder = temporaryFolder();
  let mail: Mail;
  const inFolder = (text: string) => text.replaceAll('/srv/topics', folder);
  // Where node is, in place of /usr/local/bin.
  const path = `${dirname(process.execPath)}:/usr/bin:/bin`;

  before(async () => {
    mail = await install(folder, 2);
    await train(mail);
  });

  test('the job of the crontab assigns the new messages, and prints the last line of the log when it fails', async () => {
    const crontab = inFolder(block('cron', 'crontab'));
    const [, command] = /^15 3 \* \* \* (.*)$/m.exec(crontab) ?? [];
    assert.ok(command && !command.includes('%'), crontab);
    const env = { PATH: path, HOME: folder };
    mail.arrive(1);
    const { stdout } = await exec('/bin/sh', ['-c', command], { env, cwd: '/' });
    assert.equal(stdout, '');
    const events = readFileSync(join(folder, 'daily.jsonl'), 'utf8').trimEnd().split('\n');
    assert.equal(JSON.parse(events.at(-1) as string).event, 'end');
    assert.match(readFileSync(join(folder, 'report.txt'), 'utf8'), /│ +40 │ +\d+ │ +0 │ false +│/);

    const failed = await exec('/bin/sh', ['-c', command.replaceAll('inbox/*', 'none/*')], { env, cwd: '/' });
    const { event, kind } = JSON.parse(failed.stdout);
    assert.deepEqual([event, kind], ['error', 'no_input']);
  });

  const missing = spawnSync('systemd-analyze', ['--version']).error && 'missing systemd-analyze';
  test('systemd-analyze finds nothing wrong with the units', { skip: missing }, async () => {
    const files = ['service', 'timer'].map((kind) => {
      const file = join(folder, `ducktopics-daily.${kind}`);
      writeFileSync(file, inFolder(shownFile(`/etc/systemd/system/ducktopics-daily.${kind}`)));
      return file;
    });
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...files], {
      encoding: 'utf8',
    });
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' });
    const [, calendar] = /^OnCalendar=(.*)$/m.exec(shownFile('/etc/systemd/system/ducktopics-daily.timer')) ?? [];
    assert.equal(spawnSync('systemd-analyze', ['calendar', calendar as string]).status, 0);
  });

  test('ExecStart of the service assigns the new messages', async () => {
    const unit = inFolder(shownFile('/etc/systemd/system/ducktopics-daily.service'));
    const [, start = ''] = /^ExecStart=(.*)$/m.exec(unit) ?? [];
    const [program = '', ...args] = start.split(' ');
    mail.arrive(2);
    const { stderr } = await exec(program, args, { cwd: folder, env: { PATH: path } });
    assert.match(stderr, /"statement":"INSERT INTO assignments[^\n]*"rows":40,/);
    const prevented = /^RestartPreventExitStatus=(.*)$/m.exec(unit)?.[1]?.split(' ').map(Number);
    const { bad_sql, bad_data, no_input, internal } = exitCodes;
    assert.deepEqual(prevented, [2, bad_sql, bad_data, no_input, internal]);
  });
});

test('dbt builds topics once, and assigns each new message once', async (t) => {
  const python = await preparePython('python-dbt');
  if (python.missing !== undefined) return t.skip(python.missing);
  const folder = temporaryFolder();
  const mail = await install(folder, 1);
  for (const [path, text] of shown) {
    if (path?.startsWith('/')) continue;
    mkdirSync(dirname(join(folder, path as string)), { recursive: true });
    writeFileSync(join(folder, path as string), text as string);
  }
  writeFileSync(join(folder, 'ducktopics.sql'), (await succeed(ducktopics(['init-file']))).stdout);
  const dbt = join(dirname(python.path), 'dbt');
  const env = { ...process.env, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false' };
  const build = async () => {
    const { stdout } = await exec(dbt, ['build', '--profiles-dir', '.'], { cwd: folder, env });
    assert.match(stdout, /PASS=6 WARN=0 ERROR=0/);
    const [counted] = await rows(
      join(folder, 'topics.duckdb'),
      `SELECT count(*) AS n, count(DISTINCT id) AS ids, count(DISTINCT cluster_id) AS k, sum(distance) < count(*) AS near,
              (SELECT sum(size)::BIGINT FROM topic_days) AS counted, (SELECT md5(string_agg(t::VARCHAR, '' ORDER BY cluster_id)) FROM topics AS t) AS topics
       FROM assignments`,
    );
    return counted as { topics: string };
  };
  const first = await build();
  assert.deepEqual(first, { n: 500n, ids: 500n, k: 5n, near: true, counted: 500n, topics: first.topics });
  mail.arrive(1);
  for (let run = 0; run < 2; run++) {
    assert.deepEqual(await build(), { n: 540n, ids: 540n, k: 5n, near: true, counted: 540n, topics: first.topics });
  }
});

test('the DAG for Airflow is valid Python and takes the exit code of the lock', async (t) => {
  const python = await preparePython();
  if (python.missing !== undefined) return t.skip(python.missing);
  const dag = block('Airflow', 'python');
  assert.equal(await python.run('import ast, sys; ast.parse(sys.argv[1]); print("valid")', dag), 'valid');
  assert.match(dag, new RegExp(`skip_on_exit_code=${exitCodes.locked}\\b`));
});
