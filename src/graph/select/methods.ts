import { didYouMean } from '../../kernel/did-you-mean.ts';
import type { ResourceType } from '../../manifest/node.ts';
import { compareVersions } from '../../manifest/versions.ts';
import { fnmatch } from './fnmatch.ts';
import { matchFqn } from './match-fqn.ts';
import { fileName, matchPath } from './match-path.ts';
import { matchConfig } from './match-config.ts';
import { matchResult, matchSourceStatus, matchState } from './match-state.ts';
import type { Matcher, Method } from './method.ts';

const RESOURCE_TYPES = [
  'model',
  'seed',
  'snapshot',
  'test',
  'analysis',
  'source',
  'exposure',
  'operation',
  'unit_test',
  'metric',
  'semantic_model',
  'saved_query',
];

const tag: Method = ({ value }) => {
  const matches = fnmatch(value);
  return (node) => node.tags.some(matches);
};

const file: Method = ({ value }) => {
  const matches = fnmatch(value);
  return (node) => {
    const name = fileName(node.original_file_path);
    return matches(name) || matches(name.replace(/(?<=.)\.[^.]*$/, ''));
  };
};

const packageName: Method = ({ value, manifest }) => {
  const matches = fnmatch(value === 'this' ? manifest.project_name : value);
  return (node) => matches(node.package_name);
};

const source: Method = ({ value }) => {
  const parts = value.split('.');
  if (parts.length > 3)
    return {
      problem: `"${value}" is not the name of a source.`,
      hint: 'Write source, source.table or package.source.table.',
    };
  const [inPackage, inSource, table] = [...(parts.length === 3 ? [] : ['*']), ...parts, '*'].map(
    (part) => fnmatch(part),
  );
  return (node) =>
    node.resource_type === 'source' &&
    inPackage?.(node.package_name) === true &&
    inSource?.(node.source_name) === true &&
    table?.(node.name) === true;
};

/** What is named by its name, or by package.name. */
const named =
  (type: ResourceType, what: string): Method =>
  ({ value }) => {
    const parts = value.split('.');
    if (parts.length > 2)
      return {
        problem: `"${value}" is not the name of ${what}.`,
        hint: `Write ${type} or package.${type}.`,
      };
    const [inPackage, name] = [...(parts.length === 2 ? [] : ['*']), ...parts].map((p) =>
      fnmatch(p),
    );
    return (node) =>
      node.resource_type === type &&
      inPackage?.(node.package_name) === true &&
      name?.(node.name) === true;
  };

const resourceType: Method = ({ value }) =>
  RESOURCE_TYPES.includes(value)
    ? (node) => node.resource_type === value
    : {
        problem: `"${value}" is not a resource type.`,
        hint: didYouMean(value, RESOURCE_TYPES) ?? `Resource types: ${RESOURCE_TYPES.join(', ')}.`,
      };

const testName: Method = ({ value }) => {
  const matches = fnmatch(value);
  return (node) =>
    node.resource_type === 'test'
      ? node.test_metadata !== null && matches(node.test_metadata.name)
      : node.resource_type === 'unit_test' && matches(node.name);
};

const TEST_TYPES: Readonly<Record<string, Matcher>> = {
  data: (node) => node.resource_type === 'test',
  generic: (node) => node.resource_type === 'test' && node.test_metadata !== null,
  schema: (node) => node.resource_type === 'test' && node.test_metadata !== null,
  singular: (node) => node.resource_type === 'test' && node.test_metadata === null,
  unit: (node) => node.resource_type === 'unit_test',
};
const testType: Method = ({ value }) =>
  TEST_TYPES[value] ?? {
    problem: `"${value}" is not a type of test.`,
    hint: 'Test types: generic, singular, unit, data.',
  };

const group: Method = ({ value }) => {
  const matches = fnmatch(value);
  return (node) => {
    const name = 'group' in node ? node.group : null;
    return name !== null && name !== '' && matches(name);
  };
};

const access: Method =
  ({ value }) =>
  (node) =>
    node.resource_type === 'model' && node.access === value;

/** Where a version stands to the latest one: below, equal or above. */
const age =
  (test: (compared: number) => boolean): Matcher =>
  (node) =>
    node.resource_type === 'model' &&
    node.version !== null &&
    node.latest_version !== null &&
    test(compareVersions(node.version, node.latest_version));

const VERSIONS: Readonly<Record<string, Matcher>> = {
  latest: age((compared) => compared === 0),
  prerelease: age((compared) => compared > 0),
  old: age((compared) => compared < 0),
  none: (node) => node.resource_type === 'model' && node.version === null,
};
const version: Method = ({ value }) =>
  (Object.hasOwn(VERSIONS, value) ? VERSIONS[value] : undefined) ?? {
    problem: `"${value}" is not a kind of version.`,
    hint: 'Kinds of version: latest, prerelease, old, none.',
  };

const nothing: Method = () => () => false;
/** Every selection method of dbt by its name. */
export const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['fqn', ({ value }) => matchFqn(value)],
  ['tag', tag],
  ['group', group],
  ['access', access],
  ['source', source],
  ['path', ({ value }) => matchPath(value)],
  ['file', file],
  ['package', packageName],
  ['config', (request) => matchConfig(request.arguments, request.value)],
  ['test_name', testName],
  ['test_type', testType],
  ['resource_type', resourceType],
  ['exposure', named('exposure', 'an exposure')],
  ['unit_test', named('unit_test', 'a unit test')],
  ['version', version],
  ['metric', named('metric', 'a metric')],
  ['semantic_model', named('semantic_model', 'a semantic model')],
  ['saved_query', named('saved_query', 'a saved query')],
  ['state', matchState],
  ['result', matchResult],
  ['source_status', matchSourceStatus],
  // evaluated where the selectors are known
  ['selector', nothing],
]);
