// Values of unit tests as Postgres SQL.
import type { FixtureValue } from '../../adapter/contract.ts';
import { quoted } from './quote.ts';

/** A type without a length: `varchar(3)` would cut `abcd` off, and `character` alone means one letter. */
function uncut(type: string): string {
  if (/^(character varying|varchar)\b/i.test(type)) return type.replace(/\s*\(\d+\)/, '');
  return /^(character|char)\b(?! varying)/i.test(type) && !type.startsWith('"')
    ? type.replace(/^\w+(\s*\(\d+\))?/, 'bpchar')
    : type;
}

/** An expression made into a type, without cutting anything off. */
export const cast = (expression: string, type: string): string =>
  `cast(${expression} as ${uncut(type)})`;

/** A list as the text of an array. */
function arrayText(value: unknown): string {
  if (Array.isArray(value)) return `{${(value as unknown[]).map(arrayText).join(',')}}`;
  if (value === null || value === undefined) return 'NULL';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value as string);
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** A value as a column of the type. Numbers and booleans stay what they are, so that the engine converts them as it does elsewhere. */
export function fixtureValue({ kind, text, value }: FixtureValue, type: string): string {
  switch (kind) {
    case 'absent':
    case 'null':
      return `cast(null as ${type})`;
    case 'boolean':
      // as Python writes it, and dbt with it
      return cast(isJson(type) ? quoted(text) : text === 'true' ? 'True' : 'False', type);
    case 'nested':
      return cast(quoted(type.endsWith(']') ? arrayText(value) : text), type);
    case 'text':
      return cast(quoted(text), type);
    default:
      return cast(
        isJson(type) || !/^[-+\w.]+$/.test(text) ? quoted(text) : literalOf(kind, text),
        type,
      );
  }
}

const isJson = (type: string): boolean => /^jsonb?$/i.test(type);

/** Infinities and what is no number have no literal. */
const literalOf = (kind: string, text: string): string =>
  kind === 'number' && /^[-+]?(inf|nan)$/.test(text) ? quoted(text) : text;
