import type { Diagnostic } from './diagnostic.ts';

/** Thrown only when a stage cannot hand anything useful to the next one; the diagnostics' codes are its type. */
export class EtlError extends Error {
  override readonly name = 'EtlError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[], options?: ErrorOptions) {
    super(diagnostics.map((d) => `${d.code} ${d.message}`).join('\n'), options);
    this.diagnostics = diagnostics;
  }
}

/** By name and shape, not by `instanceof`: two copies of the package may be installed. */
export const isEtlError = (error: unknown): error is EtlError =>
  error instanceof Error && error.name === 'EtlError' && 'diagnostics' in error;
