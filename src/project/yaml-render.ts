import { EtlError, isEtlError } from '../kernel/error.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { YamlDocument, YamlPath } from './yaml.ts';

/** Where a template text stands in its file. */
export interface TextOrigin {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** Renders one text of a YAML file: a single expression gives its own value, anything else text. */
export type RenderValue = (text: string, origin: TextOrigin) => unknown;

export interface RenderRules {
  readonly document: YamlDocument;
  readonly render: RenderValue;
  /** false for values that are rendered later, or never */
  readonly wants: (path: YamlPath) => boolean;
  readonly diagnostics: Diagnostic[];
}

/** True for a text that is a template. */
export const isTemplate = (text: string): boolean => /\{[{%#]/.test(text);

const hasTemplates = (value: unknown): boolean =>
  typeof value === 'string'
    ? isTemplate(value)
    : typeof value === 'object' && value !== null && Object.values(value).some(hasTemplates);

/** `value` (which stands at `path`) with its templates rendered; problems are collected and give null. A copy, where it has some. */
export const renderTree = (value: unknown, path: YamlPath, rules: RenderRules): unknown =>
  hasTemplates(value) ? rendered(value, path, rules) : value;

function rendered(value: unknown, path: YamlPath, rules: RenderRules): unknown {
  if (typeof value === 'string') {
    if (!isTemplate(value) || !rules.wants(path)) return value;
    const at = rules.document.textSpanOf(path);
    try {
      return rules.render(value, {
        file: rules.document.file,
        line: at.line,
        column: at.column,
        offset: at.offset,
      });
    } catch (error) {
      if (!isEtlError(error)) throw error;
      for (const diagnostic of (error as EtlError).diagnostics)
        rules.diagnostics.push(
          diagnostic.at === undefined
            ? { ...diagnostic, at: rules.document.spanOf(path) }
            : diagnostic,
        );
      return null;
    }
  }
  if (Array.isArray(value)) return value.map((item, i) => rendered(item, [...path, i], rules));
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value))
    copy[key] = hasTemplates(item) ? rendered(item, [...path, key], rules) : item;
  return copy;
}
