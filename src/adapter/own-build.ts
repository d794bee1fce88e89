// Materializations that one engine has and others have not: the dialect plans them, the run treats them like every other.
import type { Checked, Diagnostic } from '../kernel/diagnostic.ts';
import type { Column, RelationKind, RelationName } from '../kernel/relation.ts';
import type { Attempt, ObservedRelation, SelectRequest } from './contract.ts';
import type { Statement } from './statement.ts';

/** What a materialization of an engine's own is planned from. */
export interface OwnRequest extends SelectRequest {
  readonly nodeName: string;
  readonly fullRefresh: boolean;
  readonly live: ObservedRelation | undefined;
}

/** How the built relation becomes visible: known in advance, or decided from the columns of the staged relation. */
export type OwnPublish =
  | { readonly kind: 'ready'; readonly attempts: readonly Attempt[] }
  | {
      readonly kind: 'asks';
      readonly decide: (columns: readonly Column[]) => Checked<readonly Attempt[]>;
    };

/** The steps of a materialization of an engine's own. */
export interface OwnBuild {
  /** for people: `create dictionary` */
  readonly action: string;
  readonly becomes: RelationKind;
  readonly build: readonly Statement[];
  /** where tests find the new rows before they are published */
  readonly testable?: RelationName;
  readonly publish: OwnPublish;
  /** sent whatever happened before; every statement is repeatable */
  readonly tidy: readonly Statement[];
  readonly hazards: readonly Diagnostic[];
}

/**
 * By the name of the materialization. One of a name that every engine has (`table`) may leave the node to the common way: it then
 * returns no value and no problem.
 */
export type OwnMaterializations = Readonly<
  Record<string, (request: OwnRequest) => Checked<OwnBuild>>
>;
