import type { Source } from './floors.ts';

/** Codes that no file of the given ones speaks of. */
export const unused = (codes: readonly string[], files: readonly Source[]): readonly string[] => {
  const spoken = new Set(files.flatMap(({ text }) => text.match(/\bETL\d{4}\b/g) ?? []));
  return codes.filter((code) => !spoken.has(code));
};

/** Codes that the given files produce without being in the table: places in code, not words in comments. */
export const unknown = (codes: readonly string[], files: readonly Source[]): readonly string[] => {
  const known = new Set(codes);
  return files.flatMap(({ file, text }) =>
    [...new Set(text.match(/(?<=['"`])ETL\d{4}(?=['"`])/g) ?? [])]
      .filter((code) => !known.has(code))
      .map((code) => `${file}: ${code}`),
  );
};

/** What separates a table of codes from a folder of pages, one line each. */
export const pagesAgainst = (
  codes: readonly string[],
  pages: readonly string[],
): readonly string[] => [
  ...codes.filter((code) => !pages.includes(`${code}.md`)).map((code) => `no page for ${code}`),
  ...pages
    .filter((page) => !codes.includes(page.replace(/\.md$/, '')))
    .map((page) => `no code for the page ${page}`),
];
