// Calls of macros that do not exist, seen while a text is read: dbt tells them only when the node runs.
import { nearestName } from '../kernel/did-you-mean.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { Rendered, TemplateHost } from '../jinja/host.ts';
import { macroMentions } from '../jinja/macro-calls.ts';
import { warningOf } from './problems.ts';

const NO_PACKAGE =
  'Check for typos, and that the packages of the project are installed (etl deps).';

/**
 * Warnings (ETL2051) for the undefined names that a text calls, or whose members it calls. Only what was reached while reading
 * counts: what stands in a branch for `execute` is looked at when the node runs.
 */
export function undefinedCalls(
  host: TemplateHost,
  rendered: Rendered,
  text: string,
  file: string,
  node: string,
): readonly Diagnostic[] {
  if (rendered.undefinedNames.length === 0) return [];
  const called = new Map(
    macroMentions(text).flatMap((mention) =>
      mention.kind === 'dispatch' ? [] : [[mention.packageName ?? mention.name, mention] as const],
    ),
  );
  const { library } = host.options;
  return rendered.undefinedNames.flatMap(({ name, line, column }) => {
    const mention = called.get(name);
    if (mention === undefined) return [];
    const isPackage = mention.packageName !== undefined;
    const known = isPackage
      ? [...library.packages()]
      : Array.from(library.entries(), (entry) => entry.name);
    const near = nearestName(name, known);
    return [
      warningOf(
        'ETL2051',
        isPackage
          ? `'${name}' is undefined: there is no package of that name to find '${mention.name}' in`
          : `'${name}' is undefined: a macro is called that does not exist`,
        {
          at: { file, line, column },
          node,
          hint: near === undefined ? NO_PACKAGE : `Did you mean "${near}"?`,
        },
      ),
    ];
  });
}
