import type { JSX } from 'preact';
import { mermaidOf, svgOf } from '../../graph/export.ts';
import type { Picture } from '../../graph/picture.ts';
import { say } from '../words.ts';

/** The largest side of a PNG; browsers refuse larger canvases. */
const LARGEST = 8000;

export const Save = ({
  picture,
  name,
}: {
  readonly picture: Picture;
  readonly name: string;
}): JSX.Element => (
  <span class="save" role="group" aria-label={say('save')}>
    <button
      type="button"
      onClick={() => save(new Blob([svgOf(picture)], { type: 'image/svg+xml' }), `${name}.svg`)}
    >
      SVG
    </button>
    <button type="button" onClick={() => void savePng(picture, `${name}.png`)}>
      PNG
    </button>
    <button
      type="button"
      onClick={() => save(new Blob([mermaidOf(picture)], { type: 'text/plain' }), `${name}.mmd`)}
    >
      Mermaid
    </button>
  </span>
);

function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

async function savePng(picture: Picture, name: string): Promise<void> {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svgOf(picture))}`;
  await image.decode();
  const scale = Math.min(2, LARGEST / Math.max(image.width, image.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => {
    if (blob !== null) save(blob, name);
  }, 'image/png');
}
