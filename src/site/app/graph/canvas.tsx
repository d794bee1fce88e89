import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { NODE_HEIGHT, NODE_WIDTH } from '../../graph/layered.ts';
import { rowMiddle, type Picture } from '../../graph/picture.ts';
import { isSameSpot, spotUnder, type Spot } from '../../graph/spot.ts';
import { nextSpot, type Way } from '../../graph/steps.ts';
import { theme } from '../settings.ts';
import { say } from '../words.ts';
import {
  fitted,
  following,
  heightFor,
  LEGIBLE,
  LEGIBLE_BESIDE,
  moved,
  opening,
  zoomed,
  type Camera,
} from './camera.ts';
import { coloursOf } from './colours.ts';
import { draw } from './draw.ts';
import { Save } from './save.tsx';

const STEP = 1.25;
const NUDGE = 60;
/** A click may tremble. */
const STILL = 4;

/** A picture that is moved and zoomed; a click, or Enter after the arrows, opens a node, or one of its columns. */
export function GraphCanvas({
  picture,
  focus,
  fileName,
  open,
  told = say('nodesInGraph', picture.nodes.length),
}: {
  readonly picture: Picture;
  /** what stands out */
  readonly focus?: Spot | undefined;
  readonly fileName: string;
  readonly open: (spot: Spot) => void;
  /** how much there is to see */
  readonly told?: string;
}): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<View>(undefined);
  const [held, setHeld] = useState<{
    readonly picture: Picture;
    readonly spot: Spot | undefined;
  }>();
  // a number of the picture before means another node in this one
  const hovered = held?.picture === picture ? held.spot : undefined;
  const style = theme.value;
  useEffect(() => {
    const { current } = canvas;
    if (current === null) return undefined;
    view.current = new View(current, picture, focus, open, (spot) => setHeld({ picture, spot }));
    return () => view.current?.close();
  }, [picture, style]);
  useEffect(() => view.current?.focusOn(focus), [focus?.node, focus?.row, picture, style]);
  const zoom = (factor: number) => () => view.current?.zoomBy(factor);
  const under = hovered === undefined ? undefined : picture.nodes[hovered.node];
  const title = [under?.name, under?.fields?.[hovered?.row ?? -1]].filter(Boolean).join('.');
  return (
    <div class="graph">
      <div class="toolbar">
        <button type="button" onClick={zoom(STEP)} aria-label={say('zoomIn')}>
          +
        </button>
        <button type="button" onClick={zoom(1 / STEP)} aria-label={say('zoomOut')}>
          −
        </button>
        <button type="button" onClick={() => view.current?.fit()}>
          {say('fit')}
        </button>
        <Save picture={picture} name={fileName} />
        <span class="quiet">{told}</span>
      </div>
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label={say('graphHelp')}
        data-nodes={picture.nodes.length}
      />
      <p class="under" aria-live="polite">
        {title}
      </p>
    </div>
  );
}

/** The canvas between two changes of its picture. */
class View {
  readonly #canvas: HTMLCanvasElement;
  readonly #picture: Picture;
  readonly #ended = new AbortController();
  readonly #sizes: ResizeObserver;
  #colours: ReturnType<typeof coloursOf>;
  #camera: Camera = { x: 0, y: 0, zoom: 1 };
  #focus: Spot | undefined;
  readonly #hover: (spot: Spot | undefined) => void;
  readonly #go: (spot: Spot) => void;
  /** under the mouse, or chosen by the keys: known here first, so that no key waits for the page to draw itself anew */
  #held: Spot | undefined;
  #asked = 0;
  /** once somebody has moved the picture, a new size of the window leaves it where it is */
  #touched = false;

  constructor(
    canvas: HTMLCanvasElement,
    picture: Picture,
    focus: Spot | undefined,
    open: (spot: Spot) => void,
    hover: (spot: Spot | undefined) => void,
  ) {
    this.#canvas = canvas;
    this.#picture = picture;
    this.#focus = focus;
    this.#colours = coloursOf(canvas.parentElement ?? document.body);
    this.#sizes = new ResizeObserver(() => this.#resized());
    this.#sizes.observe(canvas);
    this.#hover = hover;
    this.#go = open;
    this.#listen();
    // paper is white, whatever the screen is
    const { signal } = this.#ended;
    matchMedia('print').addEventListener('change', () => this.#recoloured(), { signal });
    this.#resized();
  }

  /** At once: what is printed does not wait for the next frame. */
  #recoloured(): void {
    this.#colours = coloursOf(this.#canvas.parentElement ?? document.body);
    this.#paint();
  }

  close(): void {
    this.#ended.abort();
    this.#sizes.disconnect();
    cancelAnimationFrame(this.#asked);
  }
  focusOn(spot: Spot | undefined): void {
    this.#focus = spot;
    this.#draw();
  }
  get #chosen(): Spot | undefined {
    return this.#held ?? this.#focus;
  }
  fit(): void {
    this.#show(fitted(this.#picture, this.#size()));
    this.#touched = false;
  }
  /** What is seen first. */
  #open(): void {
    const start = this.#picture.nodes[this.#focus?.node ?? -1];
    const at = start && {
      x: start.x,
      y: rowMiddle(start, this.#focus?.row) - NODE_HEIGHT / 2,
    };
    // names of columns stand within their boxes only
    const near = start?.fields === undefined ? LEGIBLE_BESIDE : LEGIBLE;
    this.#show(opening(this.#picture, this.#size(), at, near));
    this.#touched = false;
  }
  zoomBy(factor: number): void {
    const { width, height } = this.#size();
    this.#show(zoomed(this.#camera, factor, { x: width / 2, y: height / 2 }));
  }

  #size(): { readonly width: number; readonly height: number } {
    return { width: this.#canvas.clientWidth, height: this.#canvas.clientHeight };
  }
  #resized(): void {
    const high = heightFor(this.#picture, this.#canvas.clientWidth, this.#focus !== undefined);
    this.#canvas.style.maxHeight = `${high}px`;
    const { width, height } = this.#size();
    const ratio = devicePixelRatio;
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    if (this.#touched) this.#draw();
    else this.#open();
  }
  #show(camera: Camera): void {
    this.#camera = camera;
    this.#touched = true;
    this.#draw();
  }
  #draw(): void {
    cancelAnimationFrame(this.#asked);
    this.#asked = requestAnimationFrame(() => this.#paint());
  }
  #paint(): void {
    const context = this.#canvas.getContext('2d');
    if (context === null) return;
    const began = performance.now();
    const screen = { ...this.#size(), ratio: devicePixelRatio };
    draw(context, this.#picture, this.#camera, screen, this.#colours, this.#chosen);
    this.#canvas.dataset['ms'] = (performance.now() - began).toFixed(2);
    this.#canvas.dataset['zoom'] = this.#camera.zoom.toFixed(4);
  }

  #listen(): void {
    const open = this.#go;
    const hover = (spot: Spot | undefined): void => this.#attend(spot);
    const { signal } = this.#ended;
    const canvas = this.#canvas;
    const at = (event: MouseEvent): Spot | undefined =>
      spotUnder(
        this.#picture,
        this.#camera.x + event.offsetX / this.#camera.zoom,
        this.#camera.y + event.offsetY / this.#camera.zoom,
      );
    canvas.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        const point = { x: event.offsetX, y: event.offsetY };
        this.#show(zoomed(this.#camera, STEP ** (-event.deltaY / 100), point));
      },
      { signal, passive: false },
    );
    let way = 0;
    let over: Spot | undefined;
    const fingers = new Map<number, PointerEvent>();
    canvas.addEventListener(
      'pointerdown',
      (event) => {
        canvas.setPointerCapture(event.pointerId);
        fingers.set(event.pointerId, event);
        way = 0;
      },
      { signal },
    );
    canvas.addEventListener(
      'pointermove',
      (event) => {
        const before = fingers.get(event.pointerId);
        if (before === undefined) {
          const now = at(event);
          if (!isSameSpot(now, over)) hover(now);
          over = now;
          canvas.style.cursor = now === undefined ? 'grab' : 'pointer';
          return;
        }
        const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
        way += Math.abs(dx) + Math.abs(dy);
        const other = [...fingers.values()].find((finger) => finger.pointerId !== event.pointerId);
        fingers.set(event.pointerId, event);
        if (other === undefined) this.#show(moved(this.#camera, dx, dy));
        else this.#show(pinched(this.#camera, before, event, other));
      },
      { signal },
    );
    const lift = (event: PointerEvent): void => {
      fingers.delete(event.pointerId);
      const spot = at(event);
      if (event.type === 'pointerup' && way <= STILL && spot !== undefined) open(spot);
    };
    canvas.addEventListener('pointerup', lift, { signal });
    canvas.addEventListener('pointercancel', lift, { signal });
    canvas.addEventListener('pointerleave', () => hover((over = undefined)), { signal });
    canvas.addEventListener('blur', () => hover(undefined), { signal });
    canvas.addEventListener('keydown', (event) => this.#key(event), { signal });
  }

  #key(event: KeyboardEvent): void {
    const way = WAYS[event.key];
    const keys: Readonly<Record<string, () => void>> = {
      '+': () => this.zoomBy(STEP),
      '=': () => this.zoomBy(STEP),
      '-': () => this.zoomBy(1 / STEP),
      '0': () => this.fit(),
      Enter: () => {
        if (this.#chosen !== undefined) this.#go(this.#chosen);
      },
    };
    const act =
      way === undefined
        ? keys[event.key]
        : event.shiftKey
          ? () => this.#show(moved(this.#camera, -way.dx * NUDGE, -way.dy * NUDGE))
          : () => this.#step(way.way);
    if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  }

  #attend(spot: Spot | undefined): void {
    this.#held = spot;
    this.#draw();
    this.#hover(spot);
  }

  /** The next spot is chosen, and in sight. */
  #step(way: Way): void {
    const spot = nextSpot(this.#picture, this.#chosen, way);
    const node = this.#picture.nodes[spot?.node ?? -1];
    if (spot === undefined || node === undefined) return;
    this.#attend(spot);
    const at = { x: node.x + NODE_WIDTH / 2, y: rowMiddle(node, spot.row) };
    this.#show(following(this.#camera, this.#size(), at));
  }
}

const WAYS: Readonly<
  Record<string, { readonly way: Way; readonly dx: number; readonly dy: number }>
> = {
  ArrowLeft: { way: 'left', dx: -1, dy: 0 },
  ArrowRight: { way: 'right', dx: 1, dy: 0 },
  ArrowUp: { way: 'up', dx: 0, dy: -1 },
  ArrowDown: { way: 'down', dx: 0, dy: 1 },
};

/** Two fingers: the picture grows with their distance, around the one that lies still. */
function pinched(
  camera: Camera,
  before: PointerEvent,
  after: PointerEvent,
  other: PointerEvent,
): Camera {
  const distance = (finger: PointerEvent): number =>
    Math.hypot(finger.clientX - other.clientX, finger.clientY - other.clientY);
  const factor = distance(after) / Math.max(1, distance(before));
  return zoomed(camera, factor, { x: other.offsetX, y: other.offsetY });
}
