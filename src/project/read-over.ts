// What dbt has and this tool does not carry out: read, named once a file, never passed over in silence.
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { warningOf } from './problems.ts';
import type { PropertyDocument, ProjectPackage } from './text-files.ts';
import { isYamlMap } from './yaml.ts';

/** Sections of property files that lead to nothing, with the words of the message and what follows from it. */
const SECTIONS: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  semantic_models: [
    'semantic models are read but not executed',
    'The models below them are built; nothing here answers queries of metrics.',
  ],
  metrics: [
    'metrics are read but not executed',
    'The models below them are built; nothing here answers queries of metrics.',
  ],
  saved_queries: [
    'saved queries are read but not executed',
    'They are neither cached nor exported; their models are built.',
  ],
  functions: [
    'functions are read but not created',
    'Create them in an on-run-start hook, or with `etl run-operation`.',
  ],
};

const sectionsOf = ({ document, shownPath }: PropertyDocument): readonly Diagnostic[] => {
  const { value } = document;
  if (!isYamlMap(value)) return [];
  return Object.entries(SECTIONS)
    .filter(([section]) => Array.isArray(value[section]) && value[section].length > 0)
    .map(([section, [what, hint]]) =>
      warningOf('ETL4002', `${what}: ${shownPath}`, { at: document.keySpanOf([section]), hint }),
    );
};

const pythonModels = ({ files }: ProjectPackage): readonly Diagnostic[] =>
  files.pythonModels.map((file) =>
    warningOf('ETL4002', `Python models are not executed: ${file}`, {
      at: { file, line: 1, column: 1 },
      hint: 'No engine here runs Python: there is no model of that name, and a ref to it fails.',
    }),
  );

/** Warnings (ETL4002) for what the packages hold and nothing here carries out, one for each section of a file. */
export const warnOfReadOver = (packages: readonly ProjectPackage[]): readonly Diagnostic[] =>
  packages.flatMap((pkg) => [...pkg.files.properties.flatMap(sectionsOf), ...pythonModels(pkg)]);
