import { expect, test } from 'vitest';
import { parseEnvFile } from '../../../src/project/env-file.ts';
import { loadedFiles } from '../../support/load-files.ts';

test('KEY=VALUE lines, quotes, export and comments', () => {
  const { value, diagnostics } = parseEnvFile(
    [
      '# a comment',
      'A=1',
      'export B = two words # not this',
      'C="x # kept\\n\\"y\\"" # gone',
      "D='raw \\n'",
      'E=',
      'F=a#b',
      'G="over',
      'lines"',
      '',
      'H=last',
    ].join('\r\n'),
    '.env',
  );
  expect(value).toEqual({
    A: '1',
    B: 'two words',
    C: 'x # kept\n"y"',
    D: 'raw \\n',
    E: '',
    F: 'a#b',
    G: 'over\nlines',
    H: 'last',
  });
  expect(diagnostics).toEqual([]);
});

test('what is no line of the file is told with its place', () => {
  const { diagnostics } = parseEnvFile('A=1\nnonsense\nB="open', '.env');
  expect(diagnostics.map((d) => [d.message, d.at?.line, d.at?.column])).toEqual([
    ['not a KEY=VALUE line; it is ignored', 2, 1],
    ['the value of B has no closing quote', 3, 3],
  ]);
});

test('the real environment wins over .env', async () => {
  const files = {
    '.env': 'A=file\nB=file\n',
    'models/a.sql': "{{ config(tags=[env_var('A'), env_var('B')]) }} select 1",
  };
  const { manifest } = await loadedFiles(files, { env: { A: 'real' } });
  expect(Object.values(manifest.nodes)[0]?.tags).toEqual(['real', 'file']);
});
