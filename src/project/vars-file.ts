import type { Diagnostic } from '../kernel/diagnostic.ts';
import { joinPath } from './file-system.ts';
import type { FileSystem } from './file-system.ts';
import { errorOf } from './problems.ts';
import { isYamlMap, parseYaml } from './yaml.ts';
import type { YamlDocument, YamlMap } from './yaml.ts';

const FILE = 'vars.yml';

/**
 * The variables of vars.yml (dbt 1.12), as written; undefined when there is no such file, or none in it. Reports a file that
 * cannot be read, and variables that dbt_project.yml has as well.
 */
export async function readVarsFile(
  fs: FileSystem,
  projectDir: string,
  project: YamlDocument,
  diagnostics: Diagnostic[],
): Promise<YamlMap | undefined> {
  const path = joinPath(projectDir, FILE);
  if (!(await fs.exists(path))) return undefined;
  const parsed = parseYaml(await fs.readText(path), FILE);
  diagnostics.push(...parsed.diagnostics);
  const vars = parsed.value?.exact(['vars']);
  if (parsed.value === undefined || vars === undefined || vars === null) return undefined;
  if (!isYamlMap(vars)) {
    diagnostics.push(
      errorOf('ETL1004', `"vars" of ${FILE} must be a mapping`, {
        at: parsed.value.spanOf(['vars']),
        hint: 'Write lines such as "name: value", indented below vars.',
      }),
    );
    return undefined;
  }
  const rivals = isYamlMap(project.value) ? project.value['vars'] : undefined;
  if (!isYamlMap(rivals) || Object.keys(rivals).length === 0) return vars;
  diagnostics.push(
    errorOf(
      'ETL1004',
      `Variables cannot be defined in both ${FILE} and dbt_project.yml: keep them in one of the two`,
      {
        at: project.keySpanOf(['vars']),
        related: [{ message: 'the others', at: parsed.value.keySpanOf(['vars']) }],
      },
    ),
  );
  return vars;
}
