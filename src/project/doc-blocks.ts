import type { DocNode } from '../manifest/manifest.ts';
import { indexBlocks } from '../jinja/macro-index.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { isEtlError } from '../kernel/error.ts';
import type { EtlError } from '../kernel/error.ts';
import type { TextFile } from './text-files.ts';

/** The docs blocks of a Markdown file. */
export function docBlocks(
  file: TextFile,
  packageName: string,
  diagnostics: Diagnostic[],
): readonly DocNode[] {
  if (!file.text.includes('{%')) return [];
  const text = file.text.replaceAll('\r\n', '\n');
  try {
    return indexBlocks(text)
      .filter((block) => block.kind === 'docs')
      .map((block) => ({
        unique_id: `doc.${packageName}.${block.name}`,
        name: block.name,
        package_name: packageName,
        path: file.path,
        original_file_path: file.originalPath,
        block_contents: text.slice(block.bodyStart, block.bodyEnd).trim(),
      }));
  } catch (error) {
    if (!isEtlError(error)) throw error;
    diagnostics.push(...(error as EtlError).diagnostics);
    return [];
  }
}
