import { sha256 } from '../kernel/hash.ts';
import { nodeId } from '../kernel/node-id.ts';
import { captureText, EMPTY_CAPTURE } from './capture.ts';
import type { Subject } from './capture.ts';
import { behaviourFlag } from './project-flags.ts';
import type { Draft } from './draft.ts';
import type { ProjectPackage, SeedFile, TextFile } from './text-files.ts';
import type { World } from './world.ts';

/** The fqn of a file: package, folders, name. */
export function fqnOf(packageName: string, path: string, name: string): readonly string[] {
  return [packageName, ...path.split('/').slice(0, -1), name];
}

const nameOf = (path: string): string => (path.split('/').at(-1) ?? path).replace(/\.[^.]+$/, '');

type FileType = 'model' | 'analysis' | 'test';

const fileNode = (world: World, pkg: ProjectPackage, type: FileType, file: TextFile): Draft =>
  draftOfText(world, pkg, type, file).draft;

/** What the text of a model makes of its draft, and what was rendered for it. */
export function modelOfText(
  world: World,
  pkg: ProjectPackage,
  file: TextFile,
): Pick<Draft, 'rawCode' | 'checksum' | 'place' | 'capture'> & { readonly subject: Subject } {
  const { draft, subject } = draftOfText(world, pkg, 'model', file);
  const { rawCode, checksum, place, capture } = draft;
  return { rawCode, checksum, place, capture, subject };
}

function draftOfText(
  world: World,
  pkg: ProjectPackage,
  type: FileType,
  file: TextFile,
): { readonly draft: Draft; readonly subject: Subject } {
  const packageName = pkg.project.name;
  const name = nameOf(file.path);
  const id = nodeId(`${type}.${packageName}.${name}`);
  const rawCode = file.text.trim();
  // dbt puts analyses below a folder of that name, unless told not to
  const isCorrected = behaviourFlag(world.root.project.flags, 'require_corrected_analysis_fqns');
  const path = type === 'analysis' && !isCorrected ? `analysis/${file.path}` : file.path;
  const fqn = fqnOf(packageName, path, name);
  const { target } = world;
  const model = {
    unique_id: id,
    name,
    alias: name,
    resource_type: type,
    package_name: packageName,
    path,
    original_file_path: file.originalPath,
    fqn,
    schema: target.schema,
    database: target.database ?? null,
    raw_code: rawCode,
    tags: [],
    meta: {},
    config: {},
    columns: {},
    description: '',
  };
  const shown = { id, name, type, package: pkg, shownPath: file.shownPath, model };
  // the places of messages are those of the file, so its leading blank lines stay
  const subject = { ...shown, text: file.text };
  const capture = captureText(world, subject);
  const draft: Draft = {
    type,
    id,
    name,
    package: pkg,
    path,
    originalPath: file.originalPath,
    shownPath: file.shownPath,
    fqn,
    rawCode,
    checksum: { name: 'sha256', checksum: sha256(rawCode) },
    place: placeOfCode(file),
    capture,
    generic: undefined,
    description: '',
  };
  return { draft, subject };
}

/** Where the text begins behind leading blank lines. */
function placeOfCode(file: TextFile): Draft['place'] {
  const before = file.text.slice(0, file.text.length - file.text.trimStart().length);
  const lines = before.split('\n');
  return { file: file.shownPath, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

function seedNode(pkg: ProjectPackage, file: SeedFile): Draft {
  const packageName = pkg.project.name;
  const name = nameOf(file.path);
  return {
    type: 'seed',
    id: nodeId(`seed.${packageName}.${name}`),
    name,
    package: pkg,
    path: file.path,
    originalPath: file.originalPath,
    shownPath: file.shownPath,
    fqn: fqnOf(packageName, file.path, name),
    rawCode: '',
    checksum: file.checksum,
    place: { file: file.shownPath, line: 1, column: 1 },
    capture: EMPTY_CAPTURE,
    generic: undefined,
    description: '',
  };
}

/** The models, seeds, analyses and singular tests of a package. */
export function fileNodes(world: World, pkg: ProjectPackage): readonly Draft[] {
  const { files } = pkg;
  return [
    ...files.models.map((file) => fileNode(world, pkg, 'model', file)),
    ...files.analyses.map((file) => fileNode(world, pkg, 'analysis', file)),
    ...files.singularTests.map((file) => fileNode(world, pkg, 'test', file)),
    ...files.seeds.map((file) => seedNode(pkg, file)),
  ];
}
