/**
 * SQL for what changes whenever a view does, from its rows in pg_rewrite and pg_class: its query, name, owner, grants and options;
 * of a materialized view, which is dropped and made again, whether it has rows, its indexes, statistics and comments and what was
 * given to its columns as well.
 */
export const viewVersion = (rewrite: string, relation: string): string =>
  `concat_ws(':', ${rewrite}.xmin, ${relation}.xmin, case ${relation}.relkind when 'm' then concat_ws(':',
      ${relation}.relispopulated,
      (select string_agg(concat(x.indexrelid, x.indisclustered), ',' order by x.indexrelid) from pg_catalog.pg_index x where x.indrelid = ${relation}.oid),
      (select string_agg(s.oid::text, ',' order by s.oid) from pg_catalog.pg_statistic_ext s where s.stxrelid = ${relation}.oid),
      (select string_agg(a.xmin::text, ',' order by a.attnum) from pg_catalog.pg_attribute a where a.attrelid = ${relation}.oid and a.attnum > 0),
      (select md5(string_agg(concat(d.objsubid, d.description), ',' order by d.objsubid)) from pg_catalog.pg_description d
        where d.classoid = 'pg_catalog.pg_class'::regclass and d.objoid = ${relation}.oid)) end)`;
