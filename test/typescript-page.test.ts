import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { packageRoot } from '../src/paths.ts';
import { commandFile } from './support/command.ts';
import { preparePython } from './support/python.ts';
import { pythonPackage } from './support/python-packages.ts';

const run = promisify(execFile);
const python = await preparePython();
// Inside the repository, so that packages are found from there.
mkdirSync(join(packageRoot, '.cache'), { recursive: true });
const folder = mkdtempSync(join(packageRoot, '.cache', 'typescript-page-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The blocks of docs/typescript.md: their language, and what they hold. A block without a language is the output of the one before. */
const page = readFileSync(join(packageRoot, 'docs', 'typescript.md'), 'utf8');
const blocks = [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
  language,
  text,
}));

const program = blocks
  .filter(({ language }) => language === 'ts')
  .map(({ text }) => text)
  .join("console.log('--- next');\n")
  .replaceAll(/from 'ducktopics(\/\w+)?'/g, (_, part = '') => `from '../../src${part}/index.ts'`);

writeFileSync(join(folder, 'program.ts'), program);
let output: Promise<{ stdout: string }> | undefined;

/** Runs the program, which leaves mail.duckdb in the folder, once for all tests. */
function runProgram(): Promise<{ stdout: string }> {
  const loader = join(packageRoot, 'node_modules', 'tsx', 'dist', 'loader.mjs');
  output ??= run(process.execPath, ['--import', loader, join(folder, 'program.ts')], { cwd: folder });
  return output;
}

test('the program of docs/typescript.md compiles', async () => {
  const options = {
    extends: '../../tsconfig.json',
    compilerOptions: { rootDir: '../..', noEmit: true },
    include: ['program.ts'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options));
  const tsc = join(packageRoot, 'node_modules', '.bin', 'tsc');
  await run(tsc, ['-p', folder]).catch(({ stdout }) => assert.fail(stdout));
});

test('the program of docs/typescript.md prints what the page says', async () => {
  const { stdout } = await runProgram();
  const printed = stdout.split('--- next\n');
  const ts = blocks.flatMap(({ language }, at) => (language === 'ts' ? [at] : []));
  ts.forEach((at, index) => {
    const next = blocks[at + 1];
    assert.equal(printed[index], next?.language === '' ? next.text : '', blocks[at]?.text);
  });
});

test('the commands of docs/typescript.md give what the page says', { skip: python.missing }, async () => {
  const command =
    blocks.find(({ language, text }) => language === 'sh' && text.startsWith('npx ducktopics'))?.text ?? '';
  await runProgram();
  const shell = command.replace('npx ducktopics', `${process.execPath} ${commandFile}`);
  await run('sh', ['-ec', shell], { cwd: folder });
  const at = blocks.findIndex(({ language }) => language === 'python');
  const packages = await pythonPackage(python, 'pyarrow', '22.0.0');
  const script = blocks[at]?.text ?? '';
  const { stdout } = await run(python.path, ['-c', script], {
    cwd: folder,
    env: { ...process.env, PYTHONPATH: packages },
  });
  assert.equal(stdout, blocks[at + 1]?.text);
});
