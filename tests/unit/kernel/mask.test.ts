import { expect, test } from 'vitest';
import {
  artifactMaskOf,
  masked,
  maskOf,
  mayChange,
  secretsOf,
  unmasked,
} from '../../../src/kernel/mask.ts';

test('without secrets nothing is looked at', () => {
  const value = { a: ['b'] };
  expect(maskOf([])).toBe(unmasked);
  expect(maskOf(['', 'ab', '   '])).toBe(unmasked);
  expect(masked(value, maskOf([]))).toBe(value);
});

test('the longest secret goes first, and characters of patterns are plain ones', () => {
  const mask = maskOf(['abc', 'abc.def', '$&(']);
  expect(mask('abc.def abcxdef $&(')).toBe('***** *****xdef *****');
});

test('what an artifact must tell stays in it', () => {
  const mask = artifactMaskOf(['postgres', 'est', 'shop', 'hunter2'], ['shop']);
  expect(mask('a test of postgres in shop with hunter2')).toBe(
    'a test of postgres in shop with *****',
  );
});

test('our own keys stay, ids and names of columns do not', () => {
  const mask = maskOf(['name', 'hunter2']);
  expect(
    masked({ name: 'name', "'hunter2'": null, kept: 'name' }, mask, new Set(['kept'])),
  ).toEqual({ name: '*****', "'*****'": null, kept: 'name' });
});

test('values of secret variables are secrets', () => {
  expect(
    secretsOf({
      DBT_ENV_SECRET_A: 'one',
      ETL_ENV_SECRET_B: 'two',
      OTHER: 'x',
      DBT_ENV_SECRET_C: undefined,
    }),
  ).toEqual(['one', 'two']);
});

test('tells JSON that a mask may change from JSON that it surely leaves as it is', () => {
  const mask = maskOf(['two "words"', 'line\nend', 'plain']);
  const json = (text: string): string => JSON.stringify({ text });
  for (const text of ['two "words"', 'a line\nend', 'so plain'])
    expect(mayChange(json(text), mask)).toBe(true);
  expect(mayChange(json('nothing of it'), mask)).toBe(false);
  expect(mayChange(json('plain'), maskOf([]))).toBe(false);
  expect(mayChange(json('x'), (text) => text)).toBe(true);
});
