import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** Makes an empty folder that is removed when the test file (or the suite in which this is called) has ended. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ducktopics-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
