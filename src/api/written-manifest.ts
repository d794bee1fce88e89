// Whether the manifest.json that is there is the one that would be written now.
import { join } from 'node:path';
import { sha256 } from '../kernel/hash.ts';
import { disk } from '../project/disk.ts';
import type { NoteWritten } from '../project/parse-cache/cache.ts';
import type { ApiOptions } from './options.ts';

export interface WrittenManifest {
  /** it says what would be written now */
  readonly isCurrent: () => boolean;
  /** told the inode of a new one */
  readonly note: (inode: number) => Promise<void>;
}

/** What is kept of a project, as far as its manifest.json goes. */
export interface KeptManifest {
  /** the signature of the one that was written from it last */
  readonly written?: string | undefined;
  readonly noteWritten?: NoteWritten | undefined;
}

/** What is known of the manifest.json below `targetDir` that goes with what is kept of the project. */
export function writtenManifest(
  { keepManifest = false }: ApiOptions,
  targetDir: string,
  { written, noteWritten }: KeptManifest,
  customEnv: Readonly<Record<string, string>>,
): WrittenManifest {
  const path = join(targetDir, 'manifest.json');
  const signature = (): string | undefined => {
    const found = disk.signature(path);
    return found && `${found.text} ${sha256(JSON.stringify(customEnv))}`;
  };
  return {
    isCurrent: () => keepManifest && written !== undefined && signature() === written,
    note: async (inode) => {
      const now = signature();
      // another process may have put its own in the place
      if (keepManifest && now?.split(' ')[3] === String(inode)) await noteWritten?.(now);
    },
  };
}
