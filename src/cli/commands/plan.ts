import { plan } from '../../api/plan.ts';
import type { Plan } from '../../plan/explain.ts';
import { coloursOf } from '../../reporters/colours.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { besideOutput, guarded } from './guarded.ts';

/** `etl plan` */
export const planCommand = (values: Values, terminal: Terminal): Promise<number> =>
  guarded(
    values,
    besideOutput(values, terminal),
    async ({ reporter, learn, colour, mask, masked }) => {
      const planned = await plan({
        ...apiOptions(values, terminal),
        onProject: learn,
        report: (d) => reporter.diagnostics(d),
      });
      if (values['output'] === 'json') reporter.print(JSON.stringify(masked(planned), null, 2));
      else reporter.print(mask(textOf(planned, coloursOf(colour))));
      const hazards = planned.nodes.flatMap((n) => n.hazards);
      reporter.diagnostics(hazards);
      return hazards.some((h) => h.severity === 'error') ? EXIT.failed : EXIT.well;
    },
  );

function textOf({ target, nodes }: Plan, colours: ReturnType<typeof coloursOf>): string {
  const relations = nodes.filter((n) => n.action !== 'test');
  const width = Math.max(0, ...relations.map((n) => n.action.length));
  const lines = relations.map(({ action, relation, id }) => {
    const sign = /create|load new/.test(action) ? colours.good('+') : colours.warn('~');
    return `  ${sign} ${action.padEnd(width)}  ${relation ?? id}`;
  });
  const tests = nodes.length - relations.length;
  return [
    `Plan for target '${target}': ${relations.length} relations, ${tests} tests. Nothing was changed.`,
    ...lines,
  ].join('\n');
}
