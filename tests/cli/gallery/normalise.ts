// What differs from run to run, taken out of an output.
import { plain } from '../../support/etl.ts';

export interface Places {
  readonly project: string;
  readonly home: string;
  readonly port: number;
  readonly masks: readonly (readonly [RegExp, string])[];
}

/** The output with the folders, times and durations masked. */
export function normalised(output: string, { project, home, port, masks }: Places): string {
  const text = plain(output)
    .replaceAll(project, '<project>')
    .replaceAll(home, '<home>')
    .replaceAll(new RegExp(`\\b${port}\\b`, 'g'), '<port>')
    .replaceAll(/^\d\d:\d\d:\d\d/gm, 'HH:MM:SS')
    .replaceAll(/in \d+ hours \d+ minutes and [\d.]+ seconds \([\d.]+s\)/g, 'in <duration>')
    .replaceAll(/\.* \[([^\]]*?) in [\d.]+s\]/g, ' [$1 in N.NNs]')
    .replaceAll(/\.{3,} \[/g, ' ... [')
    .replaceAll(/__etl_[0-9a-f]{8}_[0-9a-f]+/g, '<staged>')
    .replaceAll(/ +$/gm, '');
  return masks.reduce((masked, [from, to]) => masked.replaceAll(from, to), text);
}
