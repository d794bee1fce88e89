// Which part of a picture is seen, and how large.
import { NODE_HEIGHT, NODE_WIDTH } from '../../graph/layered.ts';

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

/** Below the first zoom names are hard to read; what is read is shown at the second. */
const [LEGIBLE, NEAR] = [0.6, 0.85];

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
