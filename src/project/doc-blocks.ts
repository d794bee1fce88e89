import { indexBlocks } from '../jinja/macro-index.ts';
import type { Diagnostic, Span } from '../kernel/diagnostic.ts';
import { isEtlError } from '../kernel/error.ts';
import type { DocNode } from '../manifest/manifest.ts';
import { errorOf } from './problems.ts';
import type { TextFile } from './text-files.ts';

interface DocBlock {
  readonly doc: DocNode;
  readonly at: Span;
}

/** The docs blocks of a Markdown file. */
function docBlocks(
  file: TextFile,
  packageName: string,
  diagnostics: Diagnostic[],
): readonly DocBlock[] {
  if (!file.text.includes('{%')) return [];
  const text = file.text.replaceAll('\r\n', '\n');
  try {
    return indexBlocks(text)
      .filter((block) => block.kind === 'docs')
      .map(({ name, line, column, bodyStart, bodyEnd }) => ({
        at: { file: file.shownPath, line, column },
        doc: {
          unique_id: `doc.${packageName}.${name}`,
          name,
          package_name: packageName,
          path: file.path,
          original_file_path: file.originalPath,
          block_contents: text.slice(bodyStart, bodyEnd).trim(),
        },
      }));
  } catch (error) {
    if (!isEtlError(error)) throw error;
    diagnostics.push(...error.diagnostics);
    return [];
  }
}

/** What the docs blocks of some packages are read from. */
interface DocFiles {
  readonly project: { readonly name: string };
  readonly files: { readonly docs: readonly TextFile[] };
}

/** The docs blocks of all packages by their ids; two of one name in one package are ETL3005. */
export function docsOf(
  packages: readonly DocFiles[],
  diagnostics: Diagnostic[],
): Readonly<Record<string, DocNode>> {
  const found = new Map<string, DocBlock>();
  for (const { project, files } of packages)
    for (const file of files.docs)
      for (const block of docBlocks(file, project.name, diagnostics)) {
        const { unique_id: id, name } = block.doc;
        const first = found.get(id);
        if (first === undefined) found.set(id, block);
        else diagnostics.push(twice(name, project.name, block.at, first.at));
      }
  return Object.fromEntries([...found].map(([id, { doc }]) => [id, doc]));
}

const twice = (name: string, packageName: string, at: Span, first: Span): Diagnostic =>
  errorOf('ETL3005', `two docs blocks of package "${packageName}" are called "${name}"`, {
    at,
    hint: 'Rename or remove one of the two.',
    related: [{ message: 'the other one', at: first }],
  });
