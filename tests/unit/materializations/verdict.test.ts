import { expect, test } from 'vitest';
import { testSettings, unclearAnswer, verdict } from '../../../src/materializations/data-test.ts';

const settings = testSettings({});

test.each([true, 1, 1n, 't', 'TRUE', 'yes', 'on', '2.5'])('%s is a failure', (answer) => {
  const row = { failures: 2, should_warn: answer, should_error: answer };
  expect(unclearAnswer(row)).toBeUndefined();
  expect(verdict(row, settings).status).toBe('fail');
});

test.each([false, 0, 0n, null, 'f', 'No', 'off', '0'])('%s is none', (answer) => {
  const row = { failures: 2, should_warn: answer, should_error: answer };
  expect(unclearAnswer(row)).toBeUndefined();
  expect(verdict(row, settings).status).toBe('pass');
});

test('a text that says neither is no verdict', () => {
  expect(unclearAnswer({ failures: 2, should_warn: false, should_error: 'x' })).toEqual({
    column: 'should_error',
    value: 'x',
  });
});
