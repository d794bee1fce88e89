/** Macros that only pass on to the engine's or the default version: name → parameters as they are written. */
export const dispatchers = (macros: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries(macros)
    .map(([name, parameters]) => {
      const names = parameters.map((parameter) => parameter.split('=')[0]);
      return (
        `{% macro ${name}(${parameters.join(', ')}) -%}\n` +
        `  {{ return(adapter.dispatch('${name}', 'dbt')(${names.join(', ')})) }}\n` +
        '{%- endmacro %}\n'
      );
    })
    .join('\n');
