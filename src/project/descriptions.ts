import { didYouMean } from '../kernel/did-you-mean.ts';
import type { EtlError } from '../kernel/error.ts';
import { isEtlError } from '../kernel/error.ts';
import type { Scope } from '../jinja/host.ts';
import { Suspended } from '../jinja/host.ts';
import { templateError } from '../jinja/errors.ts';
import { hostFunction } from '../jinja/host-function.ts';
import { str } from '../jinja/py/print.ts';
import { baseNames } from '../jinja/scope/base-names.ts';
import type { DocNode } from '../manifest/manifest.ts';
import { baseSettings, varLayers } from './session.ts';
import type { PropertyDocument } from './text-files.ts';
import type { World } from './world.ts';
import { isTemplate } from './yaml-render.ts';
import type { YamlPath } from './yaml.ts';

/** Finds a docs block as dbt does: a named package only, else the root project, the own package, then any. */
function findDoc(world: World, packageName: string, args: readonly string[]): DocNode {
  const [first = '', second] = args;
  const name = second ?? first;
  const packages =
    second === undefined
      ? [world.root.project.name, packageName, ...world.packages.keys()]
      : [first];
  for (const candidate of packages) {
    const found = world.docs.get(`doc.${candidate}.${name}`);
    if (found !== undefined) return found;
  }
  const names = [...world.docs.values()].map((doc) => doc.name);
  throw templateError(
    'ETL2003',
    `there is no docs block "${name}"`,
    didYouMean(name, names) ?? 'Docs blocks stand in .md files.',
  );
}

const TEXT = String.raw`\s*(?:'([^'\\]*)'|"([^"\\]*)")\s*`;
const PLAIN_CALL = new RegExp(
  String.raw`\{\{[-+]?\s*doc\s*\(${TEXT}(?:,${TEXT})?,?\s*\)\s*[-+]?\}\}`,
  'g',
);

/** The arguments of each `{{ doc('name') }}`: as in dbt, a call whose value goes on into something else is not listed. */
const plainCalls = (text: string): readonly (readonly string[])[] =>
  [...text.matchAll(PLAIN_CALL)].map(([, first, quoted, second, other]) =>
    [first ?? quoted, second ?? other].filter((arg) => arg !== undefined),
  );

/** A description, and the ids of the docs blocks that it consists of, in their order. */
export interface ReadDescription {
  readonly text: string;
  readonly docBlocks: readonly string[];
}

const bare = (text: string): ReadDescription => ({ text, docBlocks: [] });

/** A description's text. */
export const renderDescription = (...args: Parameters<typeof readDescription>): string =>
  readDescription(...args).text;

/** Columns of many models have the same description, and it says the same everywhere in a package. */
const RENDERED = new WeakMap<World, Map<string, ReadDescription>>();

/** A description: a template in text mode that may call doc(). */
export function readDescription(
  world: World,
  packageName: string,
  value: unknown,
  file: PropertyDocument,
  path: YamlPath,
): ReadDescription {
  if (value === null || value === undefined) return bare('');
  const text = typeof value === 'string' ? value : str(value);
  if (!isTemplate(text)) return bare(text);
  const own = world.packages.get(packageName)?.project ?? world.root.project;
  const settings = baseSettings(
    world.watched,
    varLayers(world.watched.cliVars, world.root.project, own),
  );
  const doc = hostFunction(
    'doc',
    (args) => findDoc(world, packageName, args.map(str)).block_contents,
  );
  const scope: Scope = (attempt) => baseNames(settings, attempt, { doc });
  const known = RENDERED.get(world)?.get(`${packageName} ${text}`);
  if (known !== undefined) return known;
  const { line, column } = file.document.textSpanOf(path);
  try {
    const template = { packageName, path: file.shownPath, text, origin: { line, column } };
    const rendered = world.host.render(template, scope);
    if (rendered instanceof Suspended) return bare(text);
    const calls = plainCalls(text).map((args) => findDoc(world, packageName, args).unique_id);
    const description = { text: rendered.text, docBlocks: [...new Set(calls)] };
    const all = RENDERED.get(world) ?? new Map<string, ReadDescription>();
    RENDERED.set(world, all.set(`${packageName} ${text}`, description));
    return description;
  } catch (error) {
    if (!isEtlError(error)) throw error;
    world.diagnostics.push(...(error as EtlError).diagnostics);
    return bare(text);
  }
}
