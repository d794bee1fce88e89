import type { OptionSpec } from './option-spec.ts';

/** What says which packages and versions are taken. */
export const DEPS_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--version-check',
    key: 'versionCheck',
    env: 'VERSION_CHECK',
    kind: 'flag',
    negatable: true,
    projectFlag: 'version_check',
    help: 'refuse projects and packages that ask for another dbt version, which is the default',
  },
  {
    flags: '--partial-parse',
    key: 'partialParse',
    env: 'PARTIAL_PARSE',
    kind: 'flag',
    negatable: true,
    projectFlag: 'partial_parse',
    help: 'take what the last call has read where nothing has changed since, which is the default',
  },
  {
    flags: '--lock',
    key: 'lock',
    kind: 'flag',
    only: ['deps'],
    help: 'write package-lock.yml and install nothing',
  },
  {
    flags: '--upgrade',
    key: 'upgrade',
    kind: 'flag',
    only: ['deps'],
    help: 'look for newer versions, whatever package-lock.yml says',
  },
  {
    flags: '--add-package <package>',
    key: 'addPackage',
    kind: 'text',
    only: ['deps'],
    help: 'add a package to packages.yml: name@version',
  },
  {
    flags: '--source <kind>',
    key: 'source',
    kind: 'text',
    only: ['deps'],
    help: 'with --add-package: hub (default), git or local',
  },
];
