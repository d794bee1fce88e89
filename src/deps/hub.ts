// The package registry: which packages and versions there are, and which of them fits.
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { didYouMean } from '../kernel/did-you-mean.ts';
import {
  compareVersions,
  fulfils,
  readCondition,
  readVersion,
  type Version,
} from '../kernel/semver.ts';
import { DBT_VERSION } from '../kernel/version.ts';
import { readPackageSpec, type HubSpec, type PackageSpec } from '../project/package-specs.ts';
import { isYamlMap, type YamlMap } from '../project/yaml.ts';
import { get } from './download.ts';
import { cannotInstall, contradiction, type DepsWorld, type Requirement } from './world.ts';

/** One version of a package, as the registry describes it. */
export interface HubVersion {
  readonly version: string;
  readonly latest: string;
  readonly name: string;
  readonly url: string;
  readonly sha1: string | undefined;
  readonly packages: readonly PackageSpec[];
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
const map = (value: unknown): YamlMap => (isYamlMap(value) ? value : {});

/** Asks the registry, each thing once. */
export class Hub {
  readonly #world: DepsWorld;
  readonly #answers = new Map<string, Promise<unknown>>();

  constructor(world: DepsWorld) {
    this.#world = world;
  }

  /** The newest version that fulfils every requirement; throws with the requirers when there is none. */
  async choose(requirements: readonly Requirement[]): Promise<HubVersion> {
    const specs = requirements.map(({ spec }) => spec as HubSpec);
    const [spec] = specs;
    if (spec === undefined) throw new Error('a package that nobody asks for');
    const versions = await this.#versions(spec);
    const all = Object.keys(versions).flatMap((key) => readVersion(key) ?? []);
    const compatible = all.filter(
      ({ text: key }) => !this.#world.checksVersions || isCompatible(versions[key]),
    );
    const conditions = specs.flatMap((s) => s.conditions);
    const prereleases =
      specs.some((s) => s.prereleases) || conditions.some((c) => c.version.prerelease.length > 0);
    const open = compatible
      .filter(({ prerelease }) => prereleases || prerelease.length === 0)
      .toSorted(compareVersions);
    const fitting = open.filter((v) => conditions.every((c) => fulfils(v, c)));
    const chosen = fitting.at(-1);
    if (chosen === undefined) throw this.#noneFits(requirements, spec, open, all);
    return this.#describe(spec, chosen.text, map(versions[chosen.text]), open.at(-1)?.text);
  }

  #noneFits(
    requirements: readonly Requirement[],
    spec: HubSpec,
    open: readonly Version[],
    all: readonly Version[],
  ): Error {
    const alone = requirements.every(({ spec: s }) =>
      open.some((v) => (s as HubSpec).conditions.every((c) => fulfils(v, c))),
    );
    if (requirements.length > 1 && alone)
      return contradiction(
        `no version of ${spec.package} is right for all that ask for it`,
        requirements,
        'Change the versions in packages.yml so that one fits all of them.',
      );
    const wanted = requirements.flatMap(({ spec: s }) =>
      (s as HubSpec).conditions.map((c) => c.text),
    );
    const offered = open.slice(-5).map((v) => v.text);
    const left = all.length - open.length;
    return cannotInstall(
      spec,
      `no version fulfils ${wanted.join(', ')}`,
      `There ${offered.length === 1 ? 'is' : 'are'} ${offered.length === 0 ? 'no versions' : offered.join(', ')}` +
        `${left > 0 ? `; ${left} more are prereleases or ask for another dbt version (see --no-version-check)` : ''}.`,
    );
  }

  #describe(spec: HubSpec, version: string, found: YamlMap, latest = version): HubVersion {
    const downloads = map(found['downloads']);
    const url = text(downloads['tarball']);
    const name = text(found['name']) ?? spec.package.split('/')[1] ?? spec.package;
    if (url === undefined)
      throw cannotInstall(
        spec,
        `the registry does not say where version ${version} is`,
        'Take another version.',
      );
    const diagnostics: Diagnostic[] = [];
    const entries = Array.isArray(found['packages']) ? (found['packages'] as unknown[]) : [];
    const packages = entries.flatMap((entry) => {
      const rendered = map(entry);
      return (
        readPackageSpec({ rendered, written: rendered, spanOf: () => spec.at }, diagnostics) ?? []
      );
    });
    const [wrong] = diagnostics.filter((d) => d.severity === 'error');
    if (wrong !== undefined)
      throw cannotInstall(
        spec,
        `version ${version} asks for packages in a way that is not understood: ${wrong.message}`,
        'Take another version.',
      );
    return { version, latest, name, url, sha1: text(downloads['sha1']), packages };
  }

  async #versions(spec: HubSpec): Promise<YamlMap> {
    const index = await this.#ask(spec, 'index');
    if (!Array.isArray(index)) throw this.#oddAnswer(spec);
    if (!index.includes(spec.package))
      throw cannotInstall(
        spec,
        'the registry has no package of that name',
        didYouMean(spec.package, index.map(String)) ??
          'Check organisation and name of the package.',
      );
    const found = map(await this.#ask(spec, spec.package));
    const { redirectnamespace, redirectname } = found;
    if (text(redirectnamespace) !== undefined || text(redirectname) !== undefined) {
      const [organisation, name] = spec.package.split('/');
      this.#world.report({
        code: 'ETL1042',
        severity: 'warning',
        message: `the package ${spec.package} has moved to ${text(redirectnamespace) ?? organisation}/${text(redirectname) ?? name}`,
        ...(spec.at === undefined ? {} : { at: spec.at }),
        hint: 'Write the new name into packages.yml: the old one may go.',
      });
    }
    if (!isYamlMap(found['versions'])) throw this.#oddAnswer(spec);
    return found['versions'];
  }

  #oddAnswer(spec: HubSpec): Error {
    return cannotInstall(
      spec,
      `what ${this.#world.hubUrl} answers is not what a package registry answers`,
      'Check DBT_PACKAGE_HUB_URL, and what stands between here and the registry.',
    );
  }

  #ask(spec: HubSpec, what: string): Promise<unknown> {
    let answer = this.#answers.get(what);
    if (answer === undefined) this.#answers.set(what, (answer = this.#fetch(spec, what)));
    return answer;
  }

  async #fetch(spec: HubSpec, what: string): Promise<unknown> {
    const { hubUrl } = this.#world;
    const answer = await get(this.#world, `${hubUrl.replace(/\/?$/, '/')}api/v1/${what}.json`);
    if (!('bytes' in answer))
      throw cannotInstall(
        spec,
        `the package registry ${hubUrl} cannot be asked: ${answer.reason}`,
        'Check the network, name another registry in DBT_PACKAGE_HUB_URL, or take the package with git or tarball.',
      );
    try {
      return JSON.parse(answer.bytes.toString('utf8')) as unknown;
    } catch {
      throw this.#oddAnswer(spec);
    }
  }
}

/** Whether the version says that it works with the dbt that we are like; what cannot be read is not held against it. */
function isCompatible(version: unknown): boolean {
  const wish = map(version)['require_dbt_version'];
  const texts = (Array.isArray(wish) ? (wish as unknown[]) : [wish]).flatMap((item) =>
    typeof item === 'string' ? item.split(',') : [],
  );
  const here = readVersion(DBT_VERSION);
  return texts.every((item) => {
    const condition = readCondition(item.trim());
    return here === undefined || condition === undefined || fulfils(here, condition);
  });
}
