import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TemplateFault } from '../../../src/jinja/faults.ts';
import { isEtlError } from '../../../src/kernel/error.ts';
import { FLAVOURS, renderJinja } from './engine.ts';

interface Probe {
  readonly name: string;
  readonly template: string;
  readonly context?: Readonly<Record<string, unknown>>;
  /** the output recorded from Jinja2 */
  readonly expected?: string;
  /** the type of the error recorded from Jinja2 */
  readonly error?: string;
}

const probes = (file: string): Probe[] =>
  JSON.parse(readFileSync(new URL(`probes/${file}.json`, import.meta.url), 'utf8')) as Probe[];

/** Where this engine differs from Jinja2 on purpose: template files are refused, unsafe attributes do not exist. */
const ON_PURPOSE = 'on purpose';

function outcome(
  flavour: (typeof FLAVOURS)[number],
  probe: Probe,
): Pick<Probe, 'expected' | 'error'> {
  try {
    return { expected: renderJinja(flavour, probe.template, structuredClone(probe.context ?? {})) };
  } catch (error) {
    if (!isEtlError(error) || !(error.cause instanceof TemplateFault)) throw error;
    return { error: error.cause.kind };
  }
}

const recorded = ({ expected, error }: Probe): Pick<Probe, 'expected' | 'error'> =>
  expected === undefined ? { error: error ?? '' } : { expected };

describe.each(FLAVOURS)('%s flavour gives what Jinja2 gives', (flavour) => {
  const all = [
    ...probes('probes'),
    ...probes('more'),
    ...probes('once-different'),
    ...probes('further'),
  ];
  test.each(all)('$name: $template', (probe) => {
    expect(outcome(flavour, probe)).toEqual(recorded(probe));
  });
});

test.each(probes('on-purpose'))(`differs ${ON_PURPOSE}: $name`, (probe) => {
  expect(outcome('direct', probe)).not.toEqual(recorded(probe));
});
