import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeText } from '../artifacts/write.ts';
import { unmasked } from '../kernel/mask.ts';
import { partsOf, siteFolder } from '../site/data/files.ts';
import { readShell } from '../site/shell.ts';
import { singleFile } from '../site/data/single-file.ts';
import type { SiteData } from '../site/data/format.ts';

/**
 * Writes the site as a folder, and as single pages at `pages`. The data hold no secrets any more: they were taken out before texts
 * were escaped. Throws an EtlError when a file cannot be written.
 */
export async function writeSite(
  data: SiteData,
  { folder, pages }: { readonly folder: string; readonly pages: readonly string[] },
): Promise<void> {
  const shell = await readShell();
  const parts = partsOf(data);
  const files = siteFolder(data, shell, parts);
  for (const { path, text } of files)
    await writeText({ path: join(folder, path), mask: unmasked }, text);
  await removeOthers(folder, new Set(files.map(({ path }) => path)));
  const page = pages.length === 0 ? '' : singleFile(data, shell, parts);
  for (const path of pages) await writeText({ path, mask: unmasked }, page);
}

/** Shards that an earlier, larger project left. */
async function removeOthers(folder: string, written: ReadonlySet<string>): Promise<void> {
  for (const kind of ['m', 't', 'h'])
    for (const file of await readdir(join(folder, 'data', kind)).catch(() => [])) {
      const path = `data/${kind}/${file}`;
      if (/^\d+\.js$/.test(file) && !written.has(path))
        await rm(join(folder, path), { force: true });
    }
}
