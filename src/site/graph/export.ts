// A picture as text that other programs read.
import { markup, trusted } from '../html.ts';
import { NODE_HEIGHT, NODE_WIDTH } from './layered.ts';
import type { Picture } from './picture.ts';

/** Colours of the groups on white paper. */
const PAPER: Readonly<Record<string, string>> = {
  bronze: '#9a5b23',
  silver: '#66727f',
  gold: '#94700a',
  source: '#1c7c4a',
  seed: '#0d7a86',
  exposure: '#8a3fb0',
  snapshot: '#4a5ac0',
};
const PLAIN = '#3a6ea8';
const MARGIN = 20;
const LETTERS = 23;

export const shortened = (name: string, letters: number = LETTERS): string =>
  name.length > letters ? `${name.slice(0, letters - 1)}…` : name;

/** The curve of an edge, as SVG writes it. */
function curve(picture: Picture, [from, to]: readonly [number, number]): string {
  const [a, b] = [picture.nodes[from], picture.nodes[to]];
  if (a === undefined || b === undefined) return '';
  const [x1, y1] = [a.x + NODE_WIDTH, a.y + NODE_HEIGHT / 2];
  const [x2, y2] = [b.x, b.y + NODE_HEIGHT / 2];
  const bend = Math.max(30, (x2 - x1) / 2);
  return `M${round(x1)} ${round(y1)}C${round(x1 + bend)} ${round(y1)} ${round(x2 - bend)} ${round(y2)} ${round(x2)} ${round(y2)}`;
}
const round = (value: number): number => Math.round(value * 10) / 10;

/** The picture as an SVG file that stands alone. */
export function svgOf(picture: Picture): string {
  const [width, height] = [picture.width + 2 * MARGIN, picture.height + 2 * MARGIN];
  const edges = picture.edges.map((edge) => curve(picture, edge)).join('');
  const nodes = picture.nodes.map(
    ({ x, y, name, group }) =>
      markup`<g transform="translate(${round(x)} ${round(y)})"><title>${name}</title><rect width="${NODE_WIDTH}" height="${NODE_HEIGHT}" rx="5" fill="#fff" stroke="${PAPER[group] ?? PLAIN}"/><rect width="6" height="${NODE_HEIGHT}" rx="3" fill="${PAPER[group] ?? PLAIN}"/><text x="14" y="22" fill="#1b1f24">${shortened(name)}</text></g>`,
  );
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">
<rect x="${-MARGIN}" y="${-MARGIN}" width="${width}" height="${height}" fill="#fff"/>
<path d="${trusted(edges)}" fill="none" stroke="#8a94a0"/>
${nodes}
</svg>
`.html;
}

/** The picture as a Mermaid flowchart, for pages that draw these. */
export function mermaidOf(picture: Picture): string {
  const quoted = (name: string): string =>
    name.replaceAll(/[#"<>&\r\n]/g, (c) => `#${c.charCodeAt(0)};`);
  return [
    'flowchart LR',
    ...picture.nodes.map(({ name }, i) => `  n${i}["${quoted(name)}"]`),
    ...picture.edges.map(([from, to]) => `  n${from} --> n${to}`),
    '',
  ].join('\n');
}
