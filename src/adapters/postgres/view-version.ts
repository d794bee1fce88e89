/**
 * SQL for what changes whenever a view does, from its rows in pg_rewrite and pg_class: its query, name, owner, grants and options;
 * of a materialized view, which is dropped and made again, whether it has rows, its indexes and comment as well.
 */
export const viewVersion = (rewrite: string, relation: string): string =>
  `concat_ws(':', ${rewrite}.xmin, ${relation}.xmin, case ${relation}.relkind when 'm' then concat_ws(':',
      ${relation}.relispopulated, (select string_agg(x.indexrelid::text, ',' order by x.indexrelid) from pg_catalog.pg_index x where x.indrelid = ${relation}.oid),
      md5(obj_description(${relation}.oid, 'pg_class'))) end)`;
