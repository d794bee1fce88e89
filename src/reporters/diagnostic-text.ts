import type { Diagnostic, Span } from '../kernel/diagnostic.ts';
import type { Colours } from './colours.ts';
import { displayWidth, harmless } from '../kernel/text-width.ts';

export interface DiagnosticTextOptions {
  readonly colours: Colours;
  readonly readSource: (file: string) => string | undefined;
}

/** Longest piece of a source line that is shown; the place stays in it. */
const WINDOW = 160;
const WORDS = { error: 'error', warning: 'warning', info: 'note' } as const;

/** A diagnostic as lines for people: place, message, the source with the place underlined, hint, related places. */
export function diagnosticText(
  diagnostic: Diagnostic,
  options: DiagnosticTextOptions,
): readonly string[] {
  const { colours } = options;
  const { code, severity, message, at, hint, related = [] } = diagnostic;
  const style = { error: colours.bad, warning: colours.warn, info: colours.note }[severity];
  const place = at === undefined ? '' : ` ${placeText(at)}`;
  return [
    `${style(`${WORDS[severity]}[${code}]`)}${place}`,
    ...(message === '' ? [] : indented(message)),
    ...(at === undefined ? [] : frame(at, options, style)),
    ...(hint === undefined ? [] : indented(`${colours.note('hint:')} ${harmless(hint)}`)),
    ...relatedTexts(related, at, options),
    colours.dim(`  docs/errors/${code}.md`),
  ];
}

/** What is equal is told once with its number, and a place that was shown already is not shown again. */
function relatedTexts(
  related: NonNullable<Diagnostic['related']>,
  at: Span | undefined,
  options: DiagnosticTextOptions,
): readonly string[] {
  const shown = new Set(at === undefined ? [] : [placeText(at)]);
  const lines: string[] = [];
  for (let i = 0; i < related.length;) {
    const { message, at: place } = related[i] ?? { message: '' };
    const same = related.findIndex(
      (other, j) => j > i && (other.message !== message || placed(other.at) !== placed(place)),
    );
    const times = (same < 0 ? related.length : same) - i;
    const often = times > 1 ? ` (${times} times)` : '';
    if (place === undefined) lines.push(...indented(`${message}${often}`));
    else {
      const text = placeText(place);
      const words = message.replace(` (${place.file}:${place.line})`, '');
      lines.push(...indented(`${text}: ${harmless(words)}${often}`));
      if (!shown.has(text)) lines.push(...frame(place, options, options.colours.note));
      shown.add(text);
    }
    i += times;
  }
  return lines;
}

const placed = (at: Span | undefined): string => (at === undefined ? '' : placeText(at));

const placeText = ({ file, line, column }: Span): string => `${harmless(file)}:${line}:${column}`;

const indented = (text: string): readonly string[] =>
  harmless(text)
    .split('\n')
    .map((line) => `  ${line}`);

/** The line of the place with its number, the line above it, and an underline; nothing when the source is not to be had. */
function frame(
  at: Span,
  { colours, readSource }: DiagnosticTextOptions,
  style: (text: string) => string,
): readonly string[] {
  const lines = readSource(at.file)?.split(/\r?\n/);
  const line = lines?.[at.line - 1];
  if (lines === undefined || line === undefined) return [];
  const gutter = String(at.line).length;
  const numbered = (number: number, text: string): string =>
    `${colours.dim(`  ${String(number).padStart(gutter)} |`)} ${text}`.trimEnd();
  const above = at.line > 1 ? lines[at.line - 2] : undefined;
  const { text, before, marked } = cut(line, at);
  return [
    ...(above === undefined || above.trim() === '' ? [] : [numbered(at.line - 1, cut(above).text)]),
    numbered(at.line, text),
    `${colours.dim(`  ${' '.repeat(gutter)} |`)} ${underline(before, marked, style)}`,
  ];
}

/** Tabs stay tabs under the text, so that the marks stand where the terminal puts the letters. */
function underline(before: string, marked: string, style: (text: string) => string): string {
  const blank = before.replaceAll(/[^\t]+/g, (text) => ' '.repeat(displayWidth(text)));
  return blank + style('^'.repeat(Math.max(1, displayWidth(marked))));
}

function cut(
  line: string,
  at?: Span,
): { readonly text: string; readonly before: string; readonly marked: string } {
  const start = Math.min(Math.max(0, (at?.column ?? 1) - 1), line.length);
  const end = Math.min(Math.max(start, (at?.endColumn ?? start + 2) - 1), line.length);
  const from = line.length <= WINDOW || start < WINDOW / 2 ? 0 : start - WINDOW / 2;
  const to = Math.min(line.length, from + WINDOW);
  const head = from > 0 ? '…' : '';
  return {
    text: harmless(head + line.slice(from, to) + (to < line.length ? '…' : '')),
    before: harmless(head + line.slice(from, start)),
    marked: harmless(line.slice(start, Math.min(end, to))),
  };
}
