// An expression of a template as a text of its own: always the same one, however it was spaced.
import type { Arguments, Expression, LookupNode } from './nodes.ts';
import { repr } from './py/print.ts';

const SIGNS: Readonly<Record<string, string>> = {
  Add: '+',
  Sub: '-',
  Mul: '*',
  Div: '/',
  FloorDiv: '//',
  Mod: '%',
  Pow: '**',
  Concat: '~',
  And: 'and',
  Or: 'or',
  Not: 'not ',
  Neg: '-',
  Pos: '+',
};

const list = (nodes: readonly Expression[]): string => nodes.map(expressionText).join(', ');

/** Arguments with their brackets; no brackets where a filter or test has none. */
function argumentsText({ positional, keyword }: Arguments, isOptional: boolean): string {
  const texts = [
    ...positional.map(({ isSpread, value }) => `${isSpread ? '*' : ''}${expressionText(value)}`),
    ...keyword.map(
      ({ name, value }) => `${name === null ? '**' : `${name}=`}${expressionText(value)}`,
    ),
  ];
  return isOptional && texts.length === 0 ? '' : `(${texts.join(', ')})`;
}

function lookupText({ target, val }: LookupNode): string {
  const of = expressionText(target);
  if (typeof val === 'string') return `${of}.${val}`;
  if (val.typename !== 'Slice') return `${of}[${expressionText(val)}]`;
  const [start, stop, step] = [val.start, val.stop, val.step].map((part) =>
    part === null ? '' : expressionText(part),
  );
  return `${of}[${start}:${stop}${step === '' ? '' : `:${step}`}]`;
}

/** What an expression says, written the way dbt writes it into a manifest: strings in single quotes, one blank around operators. */
export function expressionText(node: Expression): string {
  switch (node.typename) {
    case 'Literal':
    case 'Float':
      return repr(node.value);
    case 'Symbol':
      return node.value;
    case 'Array':
      return `[${list(node.children)}]`;
    case 'Tuple':
      return `(${list(node.children)}${node.children.length === 1 ? ',' : ''})`;
    case 'Dict':
      return `{${node.pairs.map((p) => `${expressionText(p.key)}: ${expressionText(p.value)}`).join(', ')}}`;
    case 'InlineIf': {
      const other = node.else_ === null ? '' : ` else ${expressionText(node.else_)}`;
      return `${expressionText(node.body)} if ${expressionText(node.cond)}${other}`;
    }
    case 'Not':
    case 'Neg':
    case 'Pos':
      return `${SIGNS[node.typename]}${expressionText(node.target)}`;
    case 'Compare':
      return [
        expressionText(node.expr),
        ...node.ops.map(({ operator, expr }) => `${operator} ${expressionText(expr)}`),
      ].join(' ');
    case 'LookupVal':
      return lookupText(node);
    case 'FunCall':
      return `${expressionText(node.callee)}${argumentsText(node.arguments_, false)}`;
    case 'Filter':
      return `${expressionText(node.target)} | ${node.filter}${argumentsText(node.arguments_, true)}`;
    case 'Test':
      return `${expressionText(node.target)} is ${node.test}${argumentsText(node.arguments_, true)}`;
    case 'FilterHole':
      return '';
    default:
      return `${expressionText(node.left)} ${SIGNS[node.typename]} ${expressionText(node.right)}`;
  }
}
