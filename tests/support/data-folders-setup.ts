// Before all tests: a folder for what their workers make once and copy. It is gone after them.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** The variable that tells the workers where it is. */
export const DATA_FOLDERS = 'ETL_TEST_DATA_FOLDERS';

export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'etl-test-data-'));
  // a server that root starts runs as another user, who must be able to enter
  chmodSync(folder, 0o755);
  process.env[DATA_FOLDERS] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
