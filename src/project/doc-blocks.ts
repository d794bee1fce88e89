import { Suspended } from '../jinja/host.ts';
import type { TemplateHost } from '../jinja/host.ts';
import { indexBlocks } from '../jinja/macro-index.ts';
import type { Block } from '../jinja/macro-index.ts';
import type { Diagnostic, Span } from '../kernel/diagnostic.ts';
import { isEtlError } from '../kernel/error.ts';
import type { DocNode } from '../manifest/manifest.ts';
import { foundTwo } from './found-two.ts';
import { errorOf } from './problems.ts';
import type { TextFile } from './text-files.ts';
import { isTemplate } from './yaml-render.ts';

interface DocBlock {
  readonly doc: DocNode;
  readonly at: Span;
}

/** The text of a block: a template that knows no name, so that {% raw %} and comments do what they say. */
function contentsOf(
  host: TemplateHost,
  text: string,
  block: Block,
  file: TextFile,
  packageName: string,
): string {
  const body = text.slice(block.bodyStart, block.bodyEnd);
  if (!isTemplate(body)) return body.trim();
  const before = text.slice(0, block.bodyStart).split('\n');
  const origin = { line: before.length, column: (before.at(-1) ?? '').length + 1 };
  const template = { packageName, path: file.shownPath, text: body, origin };
  const rendered = host.render(template, () => ({}));
  return (rendered instanceof Suspended ? body : rendered.text).trim();
}

/** The docs blocks of a Markdown file. */
function docBlocks(
  host: TemplateHost,
  file: TextFile,
  packageName: string,
  diagnostics: Diagnostic[],
): readonly DocBlock[] {
  if (!file.text.includes('{%')) return [];
  const text = file.text.replaceAll('\r\n', '\n');
  try {
    return indexBlocks(text)
      .filter((block) => block.kind === 'docs')
      .map((block) => ({
        at: { file: file.shownPath, line: block.line, column: block.column },
        doc: {
          unique_id: `doc.${packageName}.${block.name}`,
          name: block.name,
          package_name: packageName,
          path: file.path,
          original_file_path: file.originalPath,
          block_contents: contentsOf(host, text, block, file, packageName),
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
  host: TemplateHost,
  packages: readonly DocFiles[],
  diagnostics: Diagnostic[],
): Readonly<Record<string, DocNode>> {
  const found = new Map<string, DocBlock>();
  for (const { project, files } of packages)
    for (const file of files.docs)
      for (const block of docBlocks(host, file, project.name, diagnostics)) {
        const { unique_id: id, name } = block.doc;
        const first = found.get(id);
        if (first === undefined) found.set(id, block);
        else diagnostics.push(twice(name, project.name, block.at, first.at));
      }
  return Object.fromEntries([...found].map(([id, { doc }]) => [id, doc]));
}

const twice = (name: string, packageName: string, at: Span, first: Span): Diagnostic =>
  errorOf('ETL3005', `${foundTwo('docs blocks', name)} in package "${packageName}"`, {
    at,
    hint: 'Rename or remove one of the two.',
    related: [{ message: 'the other one', at: first }],
  });
