import { CODES } from '../kernel/codes.ts';
import type { Diagnostic, Span } from '../kernel/diagnostic.ts';
import { VERSION } from '../kernel/version.ts';

const LEVELS = { error: 'error', warning: 'warning', info: 'note' } as const;

const location = ({ file, line, column, endColumn }: Span) => ({
  physicalLocation: {
    artifactLocation: { uri: encodeURI(file), uriBaseId: '%SRCROOT%' },
    region: {
      startLine: line,
      startColumn: column,
      ...(endColumn === undefined ? {} : { endColumn }),
    },
  },
});

const titleOf = (code: string): string => (CODES as Readonly<Record<string, string>>)[code] ?? code;

/** Diagnostics as a SARIF 2.1.0 log, which code scanning of GitHub, GitLab and editors read. */
export function sarifOf(diagnostics: readonly Diagnostic[]): unknown {
  const codes = [...new Set(diagnostics.map((d) => d.code))].toSorted();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'etl',
            version: VERSION,
            rules: codes.map((id) => ({ id, shortDescription: { text: titleOf(id) } })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map(({ code, severity, message, at, hint, related = [] }) => ({
          ruleId: code,
          ruleIndex: codes.indexOf(code),
          level: LEVELS[severity],
          message: { text: hint === undefined ? message : `${message}\n${hint}` },
          ...(at === undefined ? {} : { locations: [location(at)] }),
          ...(related.some((r) => r.at !== undefined)
            ? {
                relatedLocations: related.flatMap(({ message: text, at: place }) =>
                  place === undefined ? [] : [{ ...location(place), message: { text } }],
                ),
              }
            : {}),
        })),
      },
    ],
  };
}
