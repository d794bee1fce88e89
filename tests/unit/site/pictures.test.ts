// Pictures: which nodes, laid out how, written as what; and the selector box.
import { expect, test } from 'vitest';
import { siteData } from '../../../src/site/data/site-data.ts';
import { mermaidOf, svgOf } from '../../../src/site/graph/export.ts';
import { pictureOf, reachable } from '../../../src/site/graph/picture.ts';
import { selectorOf } from '../../../src/site/graph/selection.ts';
import { SMALL_MANIFEST } from '../../support/site-artifacts.ts';

const node = (place: number, name: string) => ({
  place,
  id: `model.shop.${name}`,
  name,
  group: 'gold',
  status: 'none',
});
const children = [[1], [2], []];
const childrenOf = (place: number): readonly number[] => children[place] ?? [];

test('only what is shown is drawn, and edges only among it', () => {
  const picture = pictureOf([node(0, 'a'), node(2, 'c')], childrenOf);
  expect(picture.edges).toEqual([]);
  const whole = pictureOf([node(0, 'a'), node(1, 'b'), node(2, 'c')], childrenOf);
  expect(whole.edges).toEqual([
    [0, 1],
    [1, 2],
  ]);
  expect(whole.nodes.map(({ x }) => x)).toEqual([0, 260, 520]);
});

test('steps from a node', () => {
  expect([...reachable([0], childrenOf, 1)]).toEqual([0, 1]);
  expect([...reachable([0], childrenOf, 9)]).toEqual([0, 1, 2]);
  expect([...reachable([0], childrenOf, 0)]).toEqual([0]);
});

test('SVG and Mermaid hold names as texts', () => {
  const picture = pictureOf([node(0, `<b>"x"</b>`), node(1, 'b'), node(2, 'c')], childrenOf);
  const svg = svgOf(picture);
  expect(svg).toContain('&lt;b&gt;&quot;x&quot;&lt;/b&gt;');
  expect(svg).not.toContain('<b>');
  expect(svg.match(/<g /g)).toHaveLength(3);
  expect(mermaidOf(picture)).toBe(
    'flowchart LR\n  n0["#60;b#62;#34;x#34;#60;/b#62;"]\n  n1["b"]\n  n2["c"]\n  n0 --> n1\n  n1 --> n2\n',
  );
});

const { index } = siteData({ manifest: SMALL_MANIFEST }, { generatedAt: new Date(0) });
const choose = selectorOf(index);
const selected = (text: string): readonly string[] =>
  [...choose(text).places].map((place) => index.nodes[place]?.name ?? '?').sort();

test.each([
  ['margin', ['margin']],
  ['+margin', ['crm.orders', 'margin', 'orders', 'prices']],
  ['1+margin', ['margin', 'orders', 'prices']],
  ['source:crm+1', ['crm.orders', 'orders']],
  ['tag:nightly', ['margin']],
  ['path:models/bronze', ['crm.orders', 'orders']],
  ['+margin,resource_type:seed', ['prices']],
  ['config.materialized:view', ['orders']],
  ['margin orders', ['margin', 'orders']],
  ['gold.margin', ['margin']],
])('the selector box understands %s as the command line does', (text, names) => {
  expect(choose(text).problems).toEqual([]);
  expect(selected(text)).toEqual(names);
});

test('what it cannot understand it says', () => {
  expect(choose('tagg:x').problems.join()).toContain('"tagg"');
  expect(choose('nowhere').problems.join()).toContain('nowhere');
});
