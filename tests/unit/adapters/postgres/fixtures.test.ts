import { describe, expect, test } from 'vitest';
import { fixtureValue } from '../../../../src/adapters/postgres/fixtures.ts';
import type { FixtureValue } from '../../../../src/adapter/contract.ts';

const of = (kind: FixtureValue['kind'], text: string, type: string): string =>
  fixtureValue({ kind, text }, type);

describe('values of unit tests', () => {
  test('texts are not cut off; what is absent or NULL keeps the whole type', () => {
    expect(of('text', 'abcd', 'character varying(3)')).toBe("cast('abcd' as character varying)");
    expect(of('text', 'abcd', 'character(3)')).toBe("cast('abcd' as bpchar)");
    expect(of('absent', '', 'character varying(3)')).toBe('cast(null as character varying(3))');
    expect(of('null', '', 'numeric(6,2)')).toBe('cast(null as numeric(6,2))');
  });

  test('truth is written as Python writes it, but for JSON, which has no such cast', () => {
    expect(of('boolean', 'true', 'boolean')).toBe('cast(True as boolean)');
    expect(of('boolean', 'false', 'boolean')).toBe('cast(False as boolean)');
    expect(of('boolean', 'false', 'jsonb')).toBe("cast('false' as jsonb)");
  });

  test('numbers stay numbers where they have a literal', () => {
    expect(of('number', '1.50', 'numeric(6,2)')).toBe('cast(1.50 as numeric(6,2))');
    expect(of('number', 'nan', 'double precision')).toBe("cast('nan' as double precision)");
  });
});
