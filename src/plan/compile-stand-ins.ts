// Models on inputs that are given: unit tests, and finding out the columns of what is not built yet.
import {
  Suspended,
  type Rendered,
  type Scope,
  type TemplateHost,
  type TemplateText,
} from '../jinja/host.ts';
import { locate as locateRendered } from '../jinja/source-map.ts';
import type { Span } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { injectCtes, offsetBeforeInjection, type Injected } from '../sql/inject-ctes.ts';
import { withoutClosingSemicolon } from '../sql/scan.ts';
import type {
  Asking,
  CompiledNode,
  StandIn,
  StandInRequest,
  UnitTestCompiler,
} from './compiler.ts';
import type { RenderSink, ScopeMaker } from './run-scope.ts';

/** Compiles models of one invocation on given inputs. */
export class StandInCompiler implements UnitTestCompiler {
  private readonly host: TemplateHost;
  private readonly scopes: ScopeMaker;
  private readonly escapes: boolean;

  constructor(host: TemplateHost, scopes: ScopeMaker) {
    this.host = host;
    this.scopes = scopes;
    this.escapes = scopes.backslashEscapes;
  }

  *compile(request: StandInRequest): Asking<CompiledNode> {
    const { model } = request;
    const read = new Set<NodeId>();
    const logs: CompiledNode['logs'][number][] = [];
    const scope = this.scopes.forStandIns(request, {
      log: (message, info) => void logs.push({ message, info }),
      needs: (id) => void read.add(id),
      header: () => undefined,
      again: () => {
        logs.length = 0;
        read.clear();
      },
    });
    const { file, line, column } = model.place;
    const origin = { line, column };
    const template = { packageName: model.package_name, path: file, text: model.raw_code, origin };
    const rendered = yield* this.render(template, scope);
    // `this` is no call that could be noticed: where its rows are given they are put in
    const used = request.inputs.filter(({ id }) => read.has(id) || id === model.unique_id);
    const injected = injectCtes(
      withoutClosingSemicolon(rendered.text, this.escapes),
      used,
      this.escapes,
    );
    return {
      sql: injected.sql,
      locate: (offset) => {
        const own = offsetBeforeInjection(injected, offset);
        if (own === undefined) return placeOfInput(used, injected, offset);
        const at = locateRendered(rendered.map, own);
        return { file: at.file, line: at.line, column: at.column };
      },
      logs,
    };
  }

  *text(request: Omit<StandInRequest, 'inputs'>, sql: string, at: Span): Asking<string> {
    if (!sql.includes('{')) return withoutClosingSemicolon(sql, this.escapes);
    const silent: RenderSink = {
      log: () => undefined,
      needs: () => undefined,
      header: () => undefined,
      again: () => undefined,
    };
    const scope = this.scopes.forStandIns({ ...request, inputs: [] }, silent);
    const origin = { line: at.line, column: at.column };
    const template = {
      packageName: request.model.package_name,
      path: at.file,
      text: sql,
      origin,
    };
    return withoutClosingSemicolon((yield* this.render(template, scope)).text, this.escapes);
  }

  private *render(template: TemplateText, scope: Scope): Asking<Rendered> {
    const rendered = this.host.render(template, scope);
    return rendered instanceof Suspended
      ? yield* this.host.renderAsking(template, scope)
      : rendered;
  }
}

function placeOfInput(
  inputs: readonly StandIn[],
  injected: Injected,
  offset: number,
): Span | undefined {
  let from = injected.at;
  for (const { name, sql, locate } of inputs) {
    const start = injected.sql.indexOf(`${name} as (\n`, from) + name.length + 6;
    from = start + sql.length;
    if (offset >= start && offset < from) return locate?.(offset - start);
  }
  return undefined;
}
