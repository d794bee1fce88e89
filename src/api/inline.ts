// SQL of the command line: `compile --inline`, `show --inline`.
import { isEtlError, EtlError } from '../kernel/error.ts';
import type { Compiler } from '../plan/compile.ts';
import type { Asking, CompiledNode } from '../plan/compiler.ts';

/** Compiles it as a model of the root project. What is wrong with the template is an EtlError that begins with dbt's words for it. */
export function* inlineSql(compiler: Compiler, sql: string): Asking<CompiledNode> {
  try {
    return yield* compiler.inline(sql);
  } catch (error) {
    if (!isEtlError(error)) throw error;
    const diagnostics = error.diagnostics.map((d) =>
      /^ETL(2(?!060)|3)/.test(d.code)
        ? { ...d, message: `Error parsing inline query: ${d.message}` }
        : d,
    );
    throw new EtlError(diagnostics, { cause: error });
  }
}
