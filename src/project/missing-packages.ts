import type { Diagnostic } from '../kernel/diagnostic.ts';
import { joinPath, type FileSystem } from './file-system.ts';
import { errorOf } from './problems.ts';
import { isYamlMap, parseYaml } from './yaml.ts';

/**
 * An error where the project names more packages than are installed: their macros and models would be missing. Templates in the
 * file are not rendered: their secrets may be known to `etl deps` alone.
 */
export async function missingPackages(
  fs: FileSystem,
  projectDir: string,
  installPath: string,
  installed: number,
): Promise<readonly Diagnostic[]> {
  for (const file of ['dependencies.yml', 'packages.yml']) {
    const path = joinPath(projectDir, file);
    if ((await fs.stat(path))?.isFolder !== false) continue;
    const { value: document, diagnostics } = parseYaml(await fs.readText(path), file);
    if (document === undefined) return diagnostics;
    const list = isYamlMap(document.value) ? document.value['packages'] : undefined;
    if (!Array.isArray(list) || list.length <= installed) continue;
    // programs look for the words in quotes
    return [
      errorOf(
        'ETL1043',
        `${file} names ${count(list.length)}, and ${installed === 0 ? 'none' : `only ${installed}`} is installed in ${installPath}. ` +
          'Run "dbt deps" to install package dependencies: here, etl deps',
        { at: document.keySpanOf(['packages']), hint: 'Run: etl deps' },
      ),
    ];
  }
  return [];
}

const count = (n: number): string => `${n} ${n === 1 ? 'package' : 'packages'}`;
