import type { Diagnostic } from '../kernel/diagnostic.ts';
import { parseEnvFile } from './env-file.ts';
import type { Environment } from './env-file.ts';
import { joinPath } from './file-system.ts';
import type { LoadInput } from './load.ts';

/** The environment with what `.env` of the project adds. */
export async function readEnv(input: LoadInput, diagnostics: Diagnostic[]): Promise<Environment> {
  const path = joinPath(input.projectDir, '.env');
  // virtual environments are often folders of that name
  if ((await input.fs.stat(path))?.isFolder !== false) return input.env;
  const { value, diagnostics: found } = parseEnvFile(await input.fs.readText(path), '.env');
  diagnostics.push(...found);
  return { ...value, ...input.env };
}

const METADATA = 'DBT_ENV_CUSTOM_ENV_';

/** The variables that artifacts repeat, without the part of the name that makes them such. */
export const metadataEnvsOf = (env: Environment): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith(METADATA) && value !== undefined
        ? [[name.slice(METADATA.length), value]]
        : [],
    ),
  );
