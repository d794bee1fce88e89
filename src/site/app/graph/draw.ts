import { shortened } from '../../graph/export.ts';
import { NODE_HEIGHT, NODE_WIDTH } from '../../graph/layered.ts';
import type { Picture, PictureNode } from '../../graph/picture.ts';
import type { Camera, Size } from './camera.ts';

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
  chosen: number | undefined,
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
  drawEdges(context, picture, view, camera.zoom, colours, chosen);
  context.font = '12px system-ui, sans-serif';
  context.textBaseline = 'middle';
  for (const [i, node] of picture.nodes.entries()) {
    if (node.x > view.right || node.x + NODE_WIDTH < view.left) continue;
    if (node.y > view.bottom || node.y + NODE_HEIGHT < view.top) continue;
    drawNode(context, node, camera.zoom, colours, i === chosen);
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
  { nodes, edges }: Picture,
  view: View,
  zoom: number,
  colours: Colours,
  chosen: number | undefined,
): void {
  const stroke = (isWanted: (from: number, to: number) => boolean): void => {
    context.beginPath();
    for (const [from, to] of edges) {
      const [a, b] = [nodes[from], nodes[to]];
      if (a === undefined || b === undefined || !isWanted(from, to)) continue;
      if (a.x > view.right || b.x + NODE_WIDTH < view.left) continue;
      if (Math.min(a.y, b.y) > view.bottom || Math.max(a.y, b.y) + NODE_HEIGHT < view.top) continue;
      path(context, a, b, zoom);
    }
    context.stroke();
  };
  context.strokeStyle = colours.line;
  context.lineWidth = 1 / Math.max(zoom, 0.5);
  stroke(() => true);
  if (chosen === undefined) return;
  context.strokeStyle = colours.accent;
  context.lineWidth = 2.5 / Math.max(zoom, 0.5);
  stroke((from, to) => from === chosen || to === chosen);
}

function path(
  context: CanvasRenderingContext2D,
  a: PictureNode,
  b: PictureNode,
  zoom: number,
): void {
  const [x1, y1] = [a.x + NODE_WIDTH, a.y + NODE_HEIGHT / 2];
  const [x2, y2] = [b.x, b.y + NODE_HEIGHT / 2];
  context.moveTo(x1, y1);
  // from afar a curve looks like a line, and costs ten times as much
  if (zoom < READABLE / 2) context.lineTo(x2, y2);
  else {
    const bend = Math.max(30, (x2 - x1) / 2);
    context.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
  }
}

function drawNode(
  context: CanvasRenderingContext2D,
  { x, y, name, group, status }: PictureNode,
  zoom: number,
  colours: Colours,
  isChosen: boolean,
): void {
  const colour = colours.of(group);
  const alarm = status === 'error' ? colours.error : status === 'warn' ? colours.warn : undefined;
  if (zoom < READABLE) {
    context.fillStyle = isChosen ? colours.accent : (alarm ?? colour);
    context.fillRect(x, y, NODE_WIDTH, NODE_HEIGHT);
    return;
  }
  context.fillStyle = colours.box;
  context.fillRect(x, y, NODE_WIDTH, NODE_HEIGHT);
  context.strokeStyle = isChosen ? colours.accent : (alarm ?? colour);
  context.lineWidth = isChosen || alarm !== undefined ? 2.5 : 1;
  context.strokeRect(x, y, NODE_WIDTH, NODE_HEIGHT);
  context.fillStyle = colour;
  context.fillRect(x, y, 6, NODE_HEIGHT);
  context.fillStyle = colours.ink;
  context.fillText(shortened(name), x + 14, y + NODE_HEIGHT / 2);
  if (alarm === undefined) return;
  context.fillStyle = alarm;
  context.fillText(status === 'error' ? '✗' : '!', x + NODE_WIDTH - 14, y + NODE_HEIGHT / 2);
}

/** The node under a point of the picture, the upper one of two. */
export function nodeUnder({ nodes }: Picture, x: number, y: number): number | undefined {
  const at = nodes.findLastIndex(
    (node) => x >= node.x && x <= node.x + NODE_WIDTH && y >= node.y && y <= node.y + NODE_HEIGHT,
  );
  return at === -1 ? undefined : at;
}
