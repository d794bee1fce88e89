// A picture as text that other programs read.
import { markup, trusted, type Html } from '../html.ts';
import { NODE_WIDTH } from './layered.ts';
import {
  endsOf,
  heightOf,
  rowMiddle,
  type Picture,
  type PictureEdge,
  type PictureNode,
} from './picture.ts';

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
const LETTERS = 22;

/** Names of one family begin alike, so it is the middle that goes. */
export function shortened(name: string, letters: number = LETTERS): string {
  if (name.length <= letters) return name;
  const end = Math.floor((letters - 1) / 2);
  return `${name.slice(0, letters - 1 - end)}…${end === 0 ? '' : name.slice(-end)}`;
}

/** The curve of an edge, as SVG writes it. */
function curve(picture: Picture, [from, to, ends]: PictureEdge): string {
  const [a, b] = [picture.nodes[from], picture.nodes[to]];
  if (a === undefined || b === undefined) return '';
  const { x1, y1, x2, y2 } = endsOf(a, b, ends);
  const bend = Math.max(30, (x2 - x1) / 2);
  return `M${round(x1)} ${round(y1)}C${round(x1 + bend)} ${round(y1)} ${round(x2 - bend)} ${round(y2)} ${round(x2)} ${round(y2)}`;
}
const round = (value: number): number => Math.round(value * 10) / 10;

/** The picture as an SVG file that stands alone. */
export function svgOf(picture: Picture): string {
  const [width, height] = [picture.width + 2 * MARGIN, picture.height + 2 * MARGIN];
  const curves = (wanted: boolean): string =>
    picture.edges
      .filter(([, , ends]) => isOfRows(ends) === wanted)
      .map((edge) => curve(picture, edge))
      .join('');
  const nodes = picture.nodes.map((node) => {
    const { x, y, name, group } = node;
    return markup`<g transform="translate(${round(x)} ${round(y)})"><title>${name}</title><rect width="${NODE_WIDTH}" height="${heightOf(node)}" rx="5" fill="#fff" stroke="${PAPER[group] ?? PLAIN}"/><rect width="6" height="${heightOf(node)}" rx="3" fill="${PAPER[group] ?? PLAIN}"/><text x="14" y="22" fill="#1b1f24">${shortened(name)}</text>${rowsOf(node)}</g>`;
  });
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">
<rect x="${-MARGIN}" y="${-MARGIN}" width="${width}" height="${height}" fill="#fff"/>
<path d="${trusted(curves(false))}" fill="none" stroke="#8a94a0"/>
${dashed(curves(true))}${nodes}
</svg>
`.html;
}

/** Edges that only decide about rows are told apart from those of values. */
export const isOfRows = (ends: PictureEdge[2]): boolean =>
  ends !== undefined && ends.toRow === undefined;

const dashed = (path: string): Html =>
  path === ''
    ? markup``
    : markup`<path d="${trusted(path)}" fill="none" stroke="#8a94a0" stroke-dasharray="5 4"/>\n`;

const rowsOf = (node: PictureNode): readonly Html[] =>
  (node.fields ?? []).map(
    (row, i) =>
      markup`<text x="14" y="${rowMiddle(node, i) - node.y + 4}" fill="#3d4650" font-size="11">${shortened(row)}</text>`,
  );

/** The picture as a Mermaid flowchart, for pages that draw these. */
export function mermaidOf(picture: Picture): string {
  const quoted = (name: string): string =>
    name.replaceAll(/[#"<>&\r\n]/g, (c) => `#${c.charCodeAt(0)};`);
  return [
    'flowchart LR',
    ...picture.nodes.flatMap(({ name, fields = [] }, i) =>
      fields.length === 0
        ? [`  n${i}["${quoted(name)}"]`]
        : [
            `  subgraph n${i}["${quoted(name)}"]`,
            ...fields.map((row, column) => `    n${i}c${column}["${quoted(row)}"]`),
            '  end',
          ],
    ),
    ...picture.edges.map(([from, to, ends]) =>
      ends === undefined
        ? `  n${from} --> n${to}`
        : ends.toRow === undefined
          ? `  n${from}c${ends.fromRow} -. "${quoted(ends.how)}" .-> n${to}`
          : `  n${from}c${ends.fromRow} -- "${quoted(ends.how)}" --> n${to}c${ends.toRow}`,
    ),
    '',
  ].join('\n');
}
