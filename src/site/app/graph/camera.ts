// Which part of a picture is seen, and how large.
import { COLUMN_GAP, NODE_HEIGHT, NODE_WIDTH } from '../../graph/layered.ts';

export interface Camera {
  readonly x: number;
  readonly y: number;
  /** pixels of the screen for one of the picture */
  readonly zoom: number;
}
export interface Size {
  readonly width: number;
  readonly height: number;
}
const [SMALLEST, LARGEST] = [0.01, 3];
const EDGE = 24;

/** The whole picture in the middle; small ones are not blown up. */
export function fitted(picture: Size, screen: Size): Camera {
  const whole = inMiddle(picture, screen);
  // names beside their boxes reach beyond those of the last column
  return whole.zoom < LEGIBLE
    ? inMiddle({ ...picture, width: picture.width + COLUMN_GAP }, screen)
    : whole;
}

function inMiddle(picture: Size, screen: Size): Camera {
  const zoom = Math.max(
    SMALLEST,
    Math.min(
      1,
      (screen.width - 2 * EDGE) / Math.max(1, picture.width),
      (screen.height - 2 * EDGE) / Math.max(1, picture.height),
    ),
  );
  return {
    zoom,
    x: picture.width / 2 - screen.width / 2 / zoom,
    y: picture.height / 2 - screen.height / 2 / zoom,
  };
}

/** Below this zoom names within their boxes are hard to read. */
export const LEGIBLE = 0.75;
/** Beside their boxes, most of a name is read from here on. */
export const LEGIBLE_BESIDE = 0.5;
/** Down to this one they stand beside their boxes, larger than these. */
export const LABELLED = 0.3;
/** What is read is shown at this one. */
const NEAR = 0.85;
/** A picture of more nodes is looked at as a whole first. */
const FEW = 150;
/** A canvas is at least as high as this, in pixels of the screen. */
const LOWEST = 140;

/** The whole picture, or, where its names could not be read, the middle of it that lies around a node. */
export function around(
  picture: Size,
  screen: Size,
  node: { readonly x: number; readonly y: number },
): Camera {
  const whole = fitted(picture, screen);
  if (whole.zoom >= LEGIBLE) return whole;
  return {
    zoom: NEAR,
    x: within(node.x + NODE_WIDTH / 2, picture.width, screen.width / NEAR),
    y: within(node.y + NODE_HEIGHT / 2, picture.height, screen.height / NEAR),
  };
}

/** What is seen of a picture first: around a node if there is one; else the whole, or the beginning of what could not be read as a whole. */
export function opening(
  picture: Size & { readonly nodes: readonly unknown[] },
  screen: Size,
  node: { readonly x: number; readonly y: number } | undefined,
  /** from here on the whole is better than a part of it */
  near: number = LEGIBLE,
): Camera {
  const whole = fitted(picture, screen);
  if (node !== undefined) return whole.zoom >= near ? whole : around(picture, screen, node);
  if (whole.zoom >= LABELLED || picture.nodes.length > FEW) return whole;
  return {
    zoom: NEAR,
    x: within(0, picture.width, screen.width / NEAR),
    y: within(picture.height / 2, picture.height, screen.height / NEAR),
  };
}

/** The height that a picture needs on a screen so wide: a small one in a large field is lost. */
export function heightFor(picture: Size, width: number, isAround: boolean): number {
  const whole = Math.min(1, (width - 2 * EDGE) / Math.max(1, picture.width));
  const high = (zoom: number): number => Math.ceil(picture.height * zoom) + 2 * EDGE;
  if (whole >= LEGIBLE) return Math.max(LOWEST, high(whole));
  const near = Math.max(LOWEST, high(NEAR));
  // room to go nearer is left, but not more
  return whole < LABELLED || isAround ? near : Math.min(near, Math.max(360, high(whole)));
}

/** Moved just so far that a point of the picture is seen. */
export function following(
  camera: Camera,
  screen: Size,
  { x, y }: { readonly x: number; readonly y: number },
): Camera {
  const [width, height] = [screen.width / camera.zoom, screen.height / camera.zoom];
  const margin = Math.min(NODE_WIDTH / 2 + EDGE, width / 4, height / 4);
  const kept = (start: number, size: number, at: number): number =>
    Math.min(at - margin, Math.max(start, at + margin - size));
  return { ...camera, x: kept(camera.x, width, x), y: kept(camera.y, height, y) };
}

/** Where the screen begins with a point in its middle, but without showing emptiness beyond the ends of the picture. */
function within(middle: number, picture: number, screen: number): number {
  const room = picture + 2 * EDGE - screen;
  return room <= 0
    ? (picture - screen) / 2
    : Math.min(room, Math.max(0, middle - screen / 2 + EDGE)) - EDGE;
}

/** Larger or smaller, with the point of the screen staying where it is. */
export function zoomed(
  camera: Camera,
  factor: number,
  at: { readonly x: number; readonly y: number },
): Camera {
  const zoom = Math.min(LARGEST, Math.max(SMALLEST, camera.zoom * factor));
  return {
    zoom,
    x: camera.x + at.x / camera.zoom - at.x / zoom,
    y: camera.y + at.y / camera.zoom - at.y / zoom,
  };
}

/** Moved by pixels of the screen. */
export const moved = (camera: Camera, dx: number, dy: number): Camera => ({
  ...camera,
  x: camera.x - dx / camera.zoom,
  y: camera.y - dy / camera.zoom,
});
