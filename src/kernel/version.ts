/** The version of this package; a test keeps it equal to package.json. */
export const VERSION = '0.1.0';

/** The dbt-core 1.x whose behaviour is implemented: what templates see as dbt_version and what the artifacts say. */
export const DBT_VERSION = '1.11.16';
