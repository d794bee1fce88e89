// An output with what it leaves open filled in, by libpq's order: the output itself, the service, the environment, defaults.
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { TargetWorld } from '../../../adapter/own-server.ts';
import { fromEnvironment, isRefused, type Refused, variableOf } from './parameters.ts';
import { SOCKET_DIRS } from './pgpass.ts';
import { readService } from './service.ts';
import { parseUri } from './uri.ts';

type Raw = Readonly<Record<string, unknown>>;

export interface Completed {
  readonly raw: Raw;
  /** where a value is from that is not the output's own, for messages */
  readonly origins: ReadonlyMap<string, string>;
  readonly refused: readonly Refused[];
  /** texts that must never be printed, besides the password itself */
  readonly secrets: readonly string[];
}

/** Other names of a key in an output. */
const ALSO: Readonly<Record<string, string>> = { dbname: 'database', password: 'pass' };
const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

class Filling {
  readonly raw: Record<string, unknown>;
  readonly origins = new Map<string, string>();
  readonly refused: Refused[] = [];
  readonly secrets: string[] = [];

  constructor(raw: Raw) {
    this.raw = { ...raw };
  }

  isOpen(key: string): boolean {
    if (key === 'password' && isGiven(this.raw['password_command'])) return false;
    return !isGiven(this.raw[key]) && !isGiven(this.raw[ALSO[key] ?? key]);
  }

  fill(values: Raw, from: (key: string) => string): void {
    for (const [key, value] of Object.entries(values)) {
      if (!this.isOpen(key)) continue;
      this.raw[key] = value;
      this.origins.set(key, from(key));
    }
  }

  url(url: unknown): void {
    if (!isGiven(url)) return;
    const found = typeof url === 'string' ? parseUri(url) : { key: 'url', why: 'must be a text' };
    if (typeof url === 'string') this.secrets.push(...secretsIn(url));
    if (isRefused(found)) this.refused.push(found);
    else this.fill(found, () => 'the URL');
  }

  service(world: TargetWorld): void {
    const name = isGiven(this.raw['service']) ? this.raw['service'] : world.env['PGSERVICE'];
    if (!isGiven(name)) return;
    const text = String(name as string);
    const found = readService(text, world);
    if (isRefused(found)) this.refused.push(found);
    else this.fill(found, () => `service "${text}"`);
    this.raw['service'] = text;
  }

  /** Who leaves everything to libpq gets its defaults; an output that names its keys is told which one is missing. */
  defaults({ asks }: TargetWorld): void {
    const { raw } = this;
    if (!isGiven(raw['url']) && !isGiven(raw['service'])) return;
    const port = isGiven(raw['port']) ? String(raw['port'] as string) : '5432';
    const socket = SOCKET_DIRS.find((dir) => {
      const path = join(dir, `.s.PGSQL.${port}`);
      asks?.(path);
      return existsSync(path);
    });
    this.fill({ host: socket ?? 'localhost', user: ownName() }, () => 'the default');
    this.fill({ dbname: raw['user'] }, () => 'the default');
  }
}

/** The password as the URL writes it, which is another text where characters of it are escaped. */
function secretsIn(url: string): readonly string[] {
  const login = /^\w+:\/\/[^:@/?#]*:([^@/?#]+)@/.exec(url.trim())?.[1];
  const query = /[?&](?:ssl)?password=([^&#]+)/.exec(url)?.[1];
  return [url, login, query].filter((text) => text !== undefined);
}

function ownName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    // a user id without a name
    return undefined;
  }
}

/** True for an output that wants the embedded server, which takes nothing from anywhere else. */
const isEmbedded = ({ embedded }: Raw): boolean =>
  embedded === true ||
  embedded === 'true' ||
  (typeof embedded === 'object' && embedded !== null && !Array.isArray(embedded));

/** Fills in what an output leaves open. */
export function complete(raw: Raw, world: TargetWorld): Completed {
  const filling = new Filling(raw);
  if (isEmbedded(raw)) {
    for (const key of ['url', 'service', 'password_command'])
      if (isGiven(raw[key]))
        filling.refused.push({ key, why: 'has no meaning with "embedded"', hint: 'Choose one.' });
    return filling;
  }
  filling.url(raw['url']);
  filling.service(world);
  const environment = fromEnvironment(world.env);
  filling.fill(environment.values, variableOf);
  filling.refused.push(...environment.refused);
  filling.defaults(world);
  return filling;
}
