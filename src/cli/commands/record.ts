import { recordUnitTest, type Recorded } from '../../api/record-unit-test.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { guarded } from './guarded.ts';

/** `etl test --record` */
export const recordCommand = (values: Values, terminal: Terminal): Promise<number> =>
  guarded(values, terminal, async ({ reporter, learn }) => {
    const found = await recordUnitTest({
      ...apiOptions(values, terminal),
      record: String(values['record'] as string),
      onProject: learn,
      report: (d) => reporter.diagnostics(d),
    });
    for (const line of textOf(found)) reporter.note(line);
    return EXIT.well;
  });

const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? '' : 's'}`;

function textOf({ name, file, inputs, expected, masked, now }: Recorded): readonly string[] {
  const rows = inputs.map((input) => `${counted(input.rows, 'row')} of ${input.written}`);
  return [
    `Wrote unit test ${name} into ${file}: ${rows.length === 0 ? 'no inputs' : rows.join(', ')}; ${counted(expected, 'row')} expected`,
    masked.length === 0
      ? 'The values are the real ones: no column of the inputs is tagged pii'
      : `Replaced, because tagged pii: ${masked.join(', ')}; all other values are the real ones`,
    ...(now === undefined ? [] : [`Its clock stands still at ${now}`]),
    `Run it with: etl test -s ${name}`,
  ];
}
