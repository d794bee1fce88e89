import { DBT_VERSION } from '../kernel/version.ts';

/** Facts of the invocation that every artifact carries. */
export interface InvocationFacts {
  readonly invocationId: string;
  readonly startedAt: Date;
  readonly generatedAt: Date;
  /** variables named DBT_ENV_CUSTOM_ENV_*, without that prefix */
  readonly env?: Readonly<Record<string, string>>;
}

export interface ArtifactMetadata {
  readonly dbt_schema_version: string;
  readonly dbt_version: string;
  readonly generated_at: string;
  readonly invocation_id: string;
  readonly invocation_started_at: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The `metadata` of an artifact; readers choose their parser by the exact schema address. */
export const metadataOf = (
  kind: 'manifest' | 'run-results' | 'catalog' | 'sources',
  version: number,
  facts: InvocationFacts,
): ArtifactMetadata => ({
  dbt_schema_version: `https://schemas.getdbt.com/dbt/${kind}/v${version}.json`,
  dbt_version: DBT_VERSION,
  generated_at: timestamp(facts.generatedAt),
  invocation_id: facts.invocationId,
  invocation_started_at: timestamp(facts.startedAt),
  env: facts.env ?? {},
});

/** A time in UTC with six fractional digits and a `Z`: some readers accept no other form. */
export const timestamp = (date: Date): string => date.toISOString().replace(/Z$/, '000Z');
