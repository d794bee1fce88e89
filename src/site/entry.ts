import type { CatalogColumn } from '../adapter/catalog.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { ColumnInfo, GraphNode, TestNode } from '../manifest/node.ts';
import { markup, type Html } from './html.ts';

/** All that the page tells about one model, seed or source. */
export interface Entry {
  readonly node: GraphNode;
  /** as people name it */
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnInfo>>;
  readonly found: readonly CatalogColumn[];
  readonly tests: readonly TestNode[];
  readonly parents: readonly Link[];
  readonly children: readonly Link[];
  readonly compiledCode: string | undefined;
  /** compiled SQL of the tests, as far as they were compiled */
  readonly testCode: ReadonlyMap<NodeId, string>;
}
export interface Link {
  readonly id: NodeId;
  readonly name: string;
}

/** One entry of the page, closed; its text is found by the filter. */
export function entryHtml(entry: Entry): Html {
  const { node, name, compiledCode } = entry;
  const [firstLine = ''] = node.description.split('\n');
  const rawCode = 'raw_code' in node ? node.raw_code : '';
  return markup`<details id="${node.unique_id}" data-text="${searchText(entry)}">
<summary><span class="name">${name}</span> <span class="quiet">${firstLine}</span></summary>
${node.description === firstLine ? undefined : markup`<p>${node.description}</p>`}
<p class="quiet">${factsText(node)}</p>
${links('Reads', entry.parents)}
${links('Read by', entry.children)}
${columnsHtml(entry)}
${testsHtml(entry)}
${codeHtml('SQL as written', rawCode)}
${codeHtml('SQL as compiled', compiledCode ?? '')}
</details>`;
}

function factsText(node: GraphNode): string {
  const relation = 'relation_name' in node ? node.relation_name : null;
  const materialized =
    'raw_code' in node ? `${node.resource_type}, ${node.config.materialized}` : node.resource_type;
  return [
    materialized,
    relation ?? '',
    node.original_file_path,
    node.tags.length === 0 ? '' : `tags: ${node.tags.join(', ')}`,
  ]
    .filter((text) => text !== '')
    .join(' · ');
}

function links(title: string, all: readonly Link[]): Html | undefined {
  if (all.length === 0) return undefined;
  const items = all.map(({ id, name }) => markup`<a href="#${encodeURIComponent(id)}">${name}</a>`);
  return markup`<h3>${title}</h3><p>${items}</p>`;
}

interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly description: string;
}

/** Columns of the warehouse first and in its order, then those that only the YAML file knows. */
function columnRows({ columns, found }: Entry): readonly ColumnRow[] {
  const inWarehouse = new Set(found.map(({ column }) => column));
  return [
    ...found
      .toSorted((a, b) => a.index - b.index)
      .map(({ column, type, comment }) => ({
        name: column,
        type,
        description: columns[column]?.description || (comment ?? ''),
      })),
    ...Object.values(columns)
      .filter(({ name }) => !inWarehouse.has(name))
      .map(({ name, data_type: type, description }) => ({ name, type: type ?? '', description })),
  ];
}

function columnsHtml(entry: Entry): Html | undefined {
  const rows = columnRows(entry);
  if (rows.length === 0) return undefined;
  const testsOf = (column: string): string =>
    entry.tests
      .filter((test) => test.column_name === column)
      .map((test) => test.test_metadata?.name ?? test.name)
      .join(', ');
  const cells = rows.map(
    ({ name, type, description }) =>
      markup`<tr><td><code>${name}</code></td><td>${type}</td><td>${description}</td><td>${testsOf(name)}</td></tr>`,
  );
  return markup`<h3>Columns</h3>
<table><thead><tr><th>Name</th><th>Type</th><th>Description</th><th>Tests</th></tr></thead>
<tbody>${cells}</tbody></table>`;
}

/** Every test with its SQL; those of a column stand in the table of columns too, by their short names. */
function testsHtml({ tests, testCode }: Entry): Html | undefined {
  if (tests.length === 0) return undefined;
  const items = tests.map((test) => {
    const column = test.column_name === null ? '' : ` (${test.column_name})`;
    const code = testCode.get(test.unique_id) ?? '';
    if (code.trim() === '')
      return markup`<p class="quiet">${test.name}${column}: SQL is not known</p>`;
    return codeHtml(`${test.name}${column}`, code);
  });
  return markup`<h3>Tests</h3>
${items.filter((item) => item !== undefined)}`;
}

function codeHtml(title: string, code: string): Html | undefined {
  if (code.trim() === '') return undefined;
  return markup`<details><summary>${title}</summary><pre><code>${code}</code></pre></details>`;
}

function searchText(entry: Entry): string {
  const { node, name } = entry;
  const columns = columnRows(entry).flatMap((row) => [row.name, row.description]);
  return [name, node.resource_type, node.description, ...node.tags, ...columns]
    .join(' ')
    .toLowerCase();
}
