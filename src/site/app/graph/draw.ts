import { isOfRows, shortened } from '../../graph/export.ts';
import { COLUMN_GAP, NODE_HEIGHT, NODE_WIDTH } from '../../graph/layered.ts';
import {
  heightOf,
  ROW_HEIGHT,
  rowMiddle,
  type Picture,
  type PictureEdge,
  type PictureNode,
} from '../../graph/picture.ts';
import { litEdges, type Spot } from '../../graph/spot.ts';
import { LABELLED, LEGIBLE, type Camera, type Size } from './camera.ts';

export interface Colours {
  readonly paper: string;
  readonly ink: string;
  readonly line: string;
  readonly box: string;
  readonly accent: string;
  readonly error: string;
  readonly warn: string;
  readonly of: (group: string) => string;
}
/** Below this zoom nobody could read a name. */
const READABLE = 0.4;

/** Draws what the camera sees: edges in one path, then nodes; those around the chosen one stand out. */
export function draw(
  context: CanvasRenderingContext2D,
  picture: Picture,
  camera: Camera,
  screen: Size & { readonly ratio: number },
  colours: Colours,
  chosen: Spot | undefined,
): void {
  const { ratio } = screen;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, screen.width * ratio, screen.height * ratio);
  const scale = camera.zoom * ratio;
  context.setTransform(scale, 0, 0, scale, -camera.x * scale, -camera.y * scale);
  const view = {
    left: camera.x,
    top: camera.y,
    right: camera.x + screen.width / camera.zoom,
    bottom: camera.y + screen.height / camera.zoom,
  };
  const label = isLabelled(picture, camera.zoom) ? labelOf(context, camera.zoom) : undefined;
  drawEdges(context, picture, view, camera.zoom, colours, chosen);
  context.textBaseline = 'middle';
  context.font = FONT;
  for (const [i, node] of picture.nodes.entries()) {
    if (node.x > view.right || node.x + NODE_WIDTH < view.left) continue;
    if (node.y > view.bottom || node.y + heightOf(node) < view.top) continue;
    if (label !== undefined) {
      drawLabelled(context, node, label, colours, i === chosen?.node);
      continue;
    }
    drawNode(context, node, camera.zoom, colours, i === chosen?.node);
    drawRows(
      context,
      node,
      view,
      camera.zoom,
      colours,
      i === chosen?.node ? chosen.row : undefined,
    );
  }
}

interface View {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function drawEdges(
  context: CanvasRenderingContext2D,
  picture: Picture,
  view: View,
  zoom: number,
  colours: Colours,
  chosen: Spot | undefined,
): void {
  const { nodes } = picture;
  // a label is as long as its name, so its edges begin at the mark and pass behind it
  const width = isLabelled(picture, zoom) ? MARK / zoom : NODE_WIDTH;
  const stroke = (edges: readonly PictureEdge[]): void => {
    context.beginPath();
    for (const [from, to, ends] of edges) {
      const [a, b] = [nodes[from], nodes[to]];
      if (a === undefined || b === undefined) continue;
      if (a.x > view.right || b.x + NODE_WIDTH < view.left) continue;
      path(context, a, b, ends, view, zoom, width);
    }
    context.stroke();
  };
  const both = (edges: readonly PictureEdge[]): void => {
    const ofRows = edges.filter(([, , ends]) => isOfRows(ends));
    stroke(ofRows.length === 0 ? edges : edges.filter(([, , ends]) => !isOfRows(ends)));
    if (ofRows.length === 0) return;
    context.setLineDash([5, 4]);
    stroke(ofRows);
    context.setLineDash([]);
  };
  context.strokeStyle = colours.line;
  context.lineWidth = 1 / Math.max(zoom, 0.5);
  both(picture.edges);
  if (chosen === undefined) return;
  context.strokeStyle = colours.accent;
  context.lineWidth = 2.5 / Math.max(zoom, 0.5);
  both(litEdges(picture, chosen));
}

function path(
  context: CanvasRenderingContext2D,
  a: PictureNode,
  b: PictureNode,
  ends: PictureEdge[2],
  view: View,
  zoom: number,
  width: number,
): void {
  const [x1, x2] = [a.x + width, b.x];
  const [y1, y2] = [rowMiddle(a, ends?.fromRow), rowMiddle(b, ends?.toRow)];
  if ((y1 < y2 ? y1 : y2) > view.bottom || (y1 > y2 ? y1 : y2) < view.top) return;
  context.moveTo(x1, y1);
  // from afar a curve looks like a line, and costs ten times as much
  if (zoom < READABLE / 2) context.lineTo(x2, y2);
  else {
    const bend = Math.max(30, (x2 - x1) / 2);
    context.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
  }
}

const FONT = '12px system-ui, sans-serif';
/** Names beside small boxes, in pixels of the screen. */
const [LABEL_SIZE, MARK, SPACE] = [11, 9, 4];

/** Whether names stand beside their boxes: pictures of columns have theirs within them. */
const isLabelled = ({ nodes }: Picture, zoom: number): boolean =>
  zoom >= LABELLED && zoom < LEGIBLE && nodes[0]?.fields === undefined;

interface Label {
  readonly font: string;
  /** a pixel of the screen in the picture */
  readonly unit: number;
  /** letters that reach from one column of the picture to the next */
  readonly letters: number;
}
function labelOf(context: CanvasRenderingContext2D, zoom: number): Label {
  const font = `${LABEL_SIZE / zoom}px system-ui, sans-serif`;
  context.font = font;
  const sample = 'transaction_fact_2024';
  const letter = context.measureText(sample).width / sample.length;
  const room = NODE_WIDTH + COLUMN_GAP - (MARK + 4 * SPACE) / zoom;
  return { font, unit: 1 / zoom, letters: Math.max(4, Math.floor(room / letter)) };
}

/** From further away the box is a mark, and the name beside it stays as large as it can be read. */
function drawLabelled(
  context: CanvasRenderingContext2D,
  { x, y, name, group, status }: PictureNode,
  { font, unit, letters }: Label,
  colours: Colours,
  isChosen: boolean,
): void {
  const alarm = status === 'error' ? colours.error : status === 'warn' ? colours.warn : undefined;
  const sign = alarm === undefined ? '' : status === 'error' ? '✗ ' : '! ';
  const text = sign + shortened(name, letters - sign.length);
  const [mark, space] = [MARK * unit, SPACE * unit];
  const middle = y + NODE_HEIGHT / 2;
  context.font = font;
  if (isChosen) {
    context.fillStyle = colours.accent;
    const width = context.measureText(text).width + mark + 3 * space;
    context.fillRect(x - space, middle - mark, width, 2 * mark);
  } else {
    // edges pass behind the letters, not under a field that would hide them
    context.strokeStyle = colours.paper;
    context.lineWidth = 3 * unit;
    context.lineJoin = 'round';
    context.strokeText(text, x + mark + space, middle + unit);
  }
  context.fillStyle = isChosen ? colours.paper : colours.of(group);
  context.fillRect(x, middle - mark / 2, mark, mark);
  context.fillStyle = isChosen ? colours.paper : (alarm ?? colours.ink);
  context.fillText(text, x + mark + space, middle + unit);
  context.font = FONT;
}

function drawNode(
  context: CanvasRenderingContext2D,
  node: PictureNode,
  zoom: number,
  colours: Colours,
  isChosen: boolean,
): void {
  const { x, y, name, group, status } = node;
  const height = heightOf(node);
  const colour = colours.of(group);
  const alarm = status === 'error' ? colours.error : status === 'warn' ? colours.warn : undefined;
  if (zoom < READABLE) {
    context.fillStyle = isChosen ? colours.accent : (alarm ?? colour);
    context.fillRect(x, y, NODE_WIDTH, height);
    return;
  }
  context.fillStyle = colours.box;
  context.fillRect(x, y, NODE_WIDTH, height);
  context.strokeStyle = isChosen ? colours.accent : (alarm ?? colour);
  context.lineWidth = isChosen || alarm !== undefined ? 2.5 : 1;
  context.strokeRect(x, y, NODE_WIDTH, height);
  context.fillStyle = colour;
  context.fillRect(x, y, 6, height);
  context.fillStyle = colours.ink;
  context.fillText(shortened(name), x + 14, y + NODE_HEIGHT / 2);
  if (alarm === undefined) return;
  context.fillStyle = alarm;
  context.fillText(status === 'error' ? '✗' : '!', x + NODE_WIDTH - 14, y + NODE_HEIGHT / 2);
}

function drawRows(
  context: CanvasRenderingContext2D,
  node: PictureNode,
  view: View,
  zoom: number,
  colours: Colours,
  chosen: number | undefined,
): void {
  if (node.fields === undefined || zoom < READABLE) return;
  const top = node.y + NODE_HEIGHT;
  const first = Math.max(0, Math.floor((view.top - top) / ROW_HEIGHT));
  const last = Math.min(node.fields.length, Math.ceil((view.bottom - top) / ROW_HEIGHT));
  for (let row = first; row < last; row++) {
    if (row === chosen) {
      context.fillStyle = colours.accent;
      context.fillRect(node.x, top + row * ROW_HEIGHT, NODE_WIDTH, ROW_HEIGHT);
    }
    context.fillStyle = row === chosen ? colours.box : colours.ink;
    context.fillText(shortened(node.fields[row] ?? ''), node.x + 14, rowMiddle(node, row));
  }
}
