// Name → reporter. Each is loaded only when it is chosen.
import type { Reporter, ReporterOptions } from './reporter.ts';

export type ReporterName = 'text' | 'json' | 'quiet';
export type MakeReporter = (options: ReporterOptions) => Reporter;

/** Every reporter by the name it is chosen by. */
export const REPORTERS: Readonly<Record<ReporterName, () => Promise<MakeReporter>>> = {
  text: async () => (await import('./text.ts')).textReporter,
  json: async () => (await import('./json.ts')).jsonReporter,
  quiet: async () => (await import('./quiet.ts')).quietReporter,
};
