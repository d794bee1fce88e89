// `query-comment` of dbt_project.yml: what stands as a comment beside every statement that is sent for a node.
import { Suspended, type TemplateHost } from '../jinja/host.ts';
import { toPython } from '../jinja/py/convert.ts';
import { EtlError } from '../kernel/error.ts';
import { nodeId } from '../kernel/node-id.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import type { UnitTestNode } from '../manifest/unit-test.ts';
import { isYamlMap } from '../project/yaml.ts';
import type { ScopeMaker } from './run-scope.ts';

/** What a comment may be for. */
export type Commented = ExecutableNode | UnitTestNode;

/** A comment, without its marks, and where it stands. */
export interface QueryComment {
  readonly text: string;
  /** behind the statement; before it otherwise */
  readonly append: boolean;
}

/** dbt's own: who sent it, for which target and node, as JSON. */
const DEFAULT = `{{ tojson({'app': 'dbt', 'dbt_version': dbt_version, 'profile_name': target.get('profile_name'), 'target_name': target.get('target_name'), ('connection_name' if node is none else 'node_id'): (connection_name if node is none else node.unique_id)}) }}`;

const ANY_NODE = nodeId('model.__etl.any_node');

const FILE = 'dbt_project.yml';

function templateOf(raw: unknown): { readonly text: string; readonly append: boolean } {
  if (raw === undefined) return { text: DEFAULT, append: false };
  if (typeof raw === 'string') return { text: raw, append: false };
  if (!isYamlMap(raw)) return { text: '', append: false };
  const { comment } = raw;
  return {
    text: comment === undefined ? DEFAULT : typeof comment === 'string' ? comment : '',
    append: raw['append'] === true,
  };
}

/** Makes the comments of an invocation; that of a node is rendered once. */
export class QueryComments {
  readonly #host: TemplateHost;
  readonly #scopes: ScopeMaker;
  readonly #rootPackage: string;
  readonly #template: { readonly text: string; readonly append: boolean };
  readonly #known = new Map<string, QueryComment | undefined>();
  #pattern: QueryComment | undefined;

  constructor(host: TemplateHost, scopes: ScopeMaker) {
    this.#host = host;
    this.#scopes = scopes;
    this.#rootPackage = host.options.rootPackage;
    this.#template = templateOf(scopes.queryComment);
  }

  /**
   * The comment for statements of a node, or of what has none (hooks, operations); undefined where there is none to be. Throws an
   * EtlError when its template fails, or would end the comment early (ETL2052).
   */
  of(node: Commented | undefined): QueryComment | undefined {
    if (this.#template.text.trim() === '') return undefined;
    const key = node?.unique_id ?? '';
    if (!this.#known.has(key)) this.#known.set(key, this.#render(node));
    return this.#known.get(key);
  }

  /** dbt's own differs by the node's id alone: it is rendered once, for a node that stands for all of them. */
  #render(node: Commented | undefined): QueryComment | undefined {
    if (node === undefined || this.#template.text !== DEFAULT || !/^[\w.-]+$/.test(node.unique_id))
      return this.#rendered(node);
    this.#pattern ??= this.#rendered({ ...node, unique_id: ANY_NODE });
    const { text = '', append = false } = this.#pattern ?? {};
    return { text: text.replace(ANY_NODE, () => node.unique_id), append };
  }

  #rendered(node: Commented | undefined): QueryComment | undefined {
    const { text: template, append } = this.#template;
    const names = {
      node: node === undefined ? null : toPython({ ...node, place: undefined }),
      connection_name: node?.unique_id ?? 'master',
    };
    const rendered = this.#host.render(
      { packageName: this.#rootPackage, path: FILE, text: template },
      this.#scopes.forRun(this.#rootPackage, names, () => undefined),
    );
    if (rendered instanceof Suspended)
      throw refuse('the query-comment asks the warehouse, which it cannot');
    const text = rendered.text.trim();
    if (text.includes('*/')) throw refuse('the query-comment contains "*/", which would end it');
    return text === '' || text === 'None' ? undefined : { text, append };
  }
}

const refuse = (message: string): EtlError =>
  new EtlError([
    {
      code: 'ETL2052',
      severity: 'error',
      message,
      at: { file: FILE, line: 1, column: 1 },
      hint: 'Write query-comment as a text of plain characters, or as a macro that gives one.',
    },
  ]);
