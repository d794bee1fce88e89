/** The version of this package; a test keeps it equal to package.json. */
export const VERSION = '0.1.0';

/** The dbt-core 1.x whose behaviour is implemented: what templates see as dbt_version and what the artifacts say. */
export const DBT_VERSION = '1.11.16';

// put in when dist/ is built
declare const __ETL_BUILD__: string | undefined;

/** Tells builds of one version apart; undefined where the sources run as they are. */
export const BUILD: string | undefined =
  typeof __ETL_BUILD__ === 'undefined' ? undefined : __ETL_BUILD__;
