import type { Diagnostic } from '../kernel/diagnostic.ts';
import { fulfils, readCondition, readVersion } from '../kernel/semver.ts';
import { DBT_VERSION } from '../kernel/version.ts';
import { errorOf } from './problems.ts';
import type { ProjectFile } from './project-file.ts';

/** Errors where a project asks for a dbt version (require-dbt-version) that is not the one whose behaviour is here. */
export function versionProblems(project: ProjectFile): readonly Diagnostic[] {
  const at = project.document.spanOf(['require-dbt-version']);
  const texts = project.requireDbtVersion.flatMap((text) => text.split(',')).map((t) => t.trim());
  const here = readVersion(DBT_VERSION);
  const found: Diagnostic[] = [];
  for (const text of texts) {
    const condition = readCondition(text);
    if (condition === undefined)
      found.push(
        errorOf('ETL1004', `"${text}" in require-dbt-version is not a version`, {
          at,
          hint: 'Write three numbers with what is asked of them: ">=1.3.0".',
        }),
      );
    else if (here !== undefined && !fulfils(here, condition))
      found.push(
        errorOf(
          'ETL1044',
          `"${project.name}" asks for dbt ${texts.join(', ')}, and this is like dbt ${DBT_VERSION}`,
          { at, hint: 'Change require-dbt-version, or try it with --no-version-check.' },
        ),
      );
    if (found.length > 0) break;
  }
  return found;
}
