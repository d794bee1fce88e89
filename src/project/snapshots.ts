// Snapshots: blocks of SQL below the snapshot paths, and entries of property files that name a relation.
import { sha256 } from '../kernel/hash.ts';
import { nodeId } from '../kernel/node-id.ts';
import { indexBlocks, type Block } from '../jinja/macro-index.ts';
import { withLineFeeds } from '../jinja/tokens.ts';
import { captureText } from './capture.ts';
import type { Draft } from './draft.ts';
import { fqnOf } from './file-nodes.ts';
import { errorOf } from './problems.ts';
import type { Property } from './properties.ts';
import type { ProjectPackage, TextFile } from './text-files.ts';
import type { World } from './world.ts';

type Written = Omit<Draft, 'type' | 'id' | 'capture' | 'generic' | 'description'>;

/** A snapshot from what is written of it: its text is read for what it refers to and configures. */
function draftOf(world: World, written: Written): Draft {
  const { name, place, package: pkg } = written;
  const packageName = pkg.project.name;
  const id = nodeId(`snapshot.${packageName}.${name}`);
  const { target } = world;
  const model = {
    unique_id: id,
    name,
    alias: name,
    resource_type: 'snapshot',
    package_name: packageName,
    path: written.path,
    original_file_path: written.originalPath,
    fqn: written.fqn,
    schema: target.schema,
    database: target.database ?? null,
    raw_code: written.rawCode,
    tags: [],
    meta: {},
    config: {},
    columns: {},
    description: '',
  };
  const capture = captureText(world, {
    id,
    name,
    type: 'snapshot',
    package: pkg,
    shownPath: place.file,
    text: written.rawCode,
    origin: { line: place.line, column: place.column },
    model,
  });
  return { ...written, type: 'snapshot', id, capture, generic: undefined, description: '' };
}

/** Where an offset of a text lies in its file. */
function placeAt(file: TextFile, text: string, offset: number): Draft['place'] {
  const lines = text.slice(0, offset).split('\n');
  return { file: file.shownPath, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

const OPENING = /\{%[-+]?\s*snapshot\s+(\w+)/g;

/** An opening tag that no block begins with has no end. */
function unclosed(world: World, file: TextFile, text: string, blocks: readonly Block[]): void {
  const last = blocks.at(-1)?.end ?? 0;
  for (const match of text.slice(last).matchAll(OPENING))
    world.diagnostics.push(
      errorOf('ETL2001', `the snapshot "${match[1] ?? ''}" has no end`, {
        at: placeAt(file, text, last + match.index),
        hint: 'Close it with {% endsnapshot %}.',
      }),
    );
}

/** The snapshots that a package writes as `{% snapshot name %} … {% endsnapshot %}`. */
export function blockSnapshots(world: World, pkg: ProjectPackage): readonly Draft[] {
  return pkg.files.snapshots.flatMap((file) => {
    const text = withLineFeeds(file.text);
    const blocks = indexBlocks(text).filter(({ kind }) => kind === 'snapshot');
    unclosed(world, file, text, blocks);
    return blocks.map(({ name, bodyStart, bodyEnd }) =>
      draftOf(world, {
        name,
        package: pkg,
        path: file.path,
        originalPath: file.originalPath,
        shownPath: file.shownPath,
        // several blocks may share a file, so its name is a part of theirs
        fqn: fqnOf(pkg.project.name, `${file.path.replace(/\.[^./]+$/, '')}/x`, name),
        rawCode: text.slice(bodyStart, bodyEnd),
        checksum: { name: 'sha256', checksum: sha256(file.text.trim()) },
        place: placeAt(file, text, bodyStart),
      }),
    );
  });
}

/** The snapshots of property files: entries with `relation: ref('x')` or `relation: source('x', 'y')`. */
export function yamlSnapshots(world: World, properties: readonly Property[]): readonly Draft[] {
  return properties.flatMap((property) => {
    const { section, value, file, name, packageName } = property;
    if (section !== 'snapshots' || value['relation'] === undefined) return [];
    const path = [...property.path, 'relation'];
    const { relation } = value;
    if (typeof relation !== 'string' || !/^\s*(ref|source)\s*\([^{}]*\)\s*$/.test(relation)) {
      world.diagnostics.push(
        errorOf('ETL1004', `the relation of the snapshot "${name}" is no ref or source`, {
          at: file.document.spanOf(path),
          hint: "Write relation: ref('model') or relation: source('source', 'table'); for anything else write a snapshot block.",
        }),
      );
      return [];
    }
    const at = file.document.textSpanOf(path);
    const draft = draftOf(world, {
      name,
      package: world.packages.get(packageName) ?? world.root,
      path: `${file.path}/${name}.sql`,
      originalPath: file.originalPath,
      shownPath: file.shownPath,
      fqn: fqnOf(packageName, file.path, name),
      rawCode: `select * from {{ ${relation.trim()} }}`,
      checksum: { name: 'sha256', checksum: sha256(file.text.trim()) },
      place: { file: file.shownPath, line: at.line, column: at.column },
    });
    // the text is ours, so the places in it are not the author's
    const refs = draft.capture.refs.map((ref) => ({ ...ref, at }));
    const sources = draft.capture.sources.map((source) => ({ ...source, at }));
    return [{ ...draft, capture: { ...draft.capture, refs, sources } }];
  });
}
