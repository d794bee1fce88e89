// A manifest as lines of JSON and back. What many nodes have alike is written once; what few commands look at is read when it is
// asked for.
import type { NodeId } from '../../kernel/node-id.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { requirePlain, requirePlainBut } from './plain.ts';
import { ALIKE, LATER } from './unpack.ts';

type Mutable = Record<string, unknown>;

class Alike {
  readonly texts: string[] = [];
  readonly #places = new Map<string, number>();
  readonly #objects = new Map<unknown, number>();

  /** The place of a value among those that are written once. Throws NotKept for one that cannot be kept. */
  place(value: unknown): number {
    const known = this.#objects.get(value);
    if (known !== undefined) return known;
    const place = this.#placeOfText(value);
    this.#objects.set(value, place);
    return place;
  }

  #placeOfText(value: unknown): number {
    requirePlain(value);
    const text = JSON.stringify(value);
    let place = this.#places.get(text);
    if (place === undefined) {
      this.#places.set(text, (place = this.texts.length));
      this.texts.push(text);
    }
    return place;
  }
}

const ARE_ALIKE: ReadonlySet<string> = new Set(ALIKE);

/** A longer text costs no less to look through and to encode. */
const ENOUGH = 1 << 20;

/** In pieces that end behind a node: the text of many nodes would be held in memory several times over. */
function* packedNodes(nodes: Readonly<Record<NodeId, object>>, alike: Alike): Iterable<string> {
  let text = '{';
  let separator = '';
  for (const [id, node] of Object.entries(nodes)) {
    const packed: Mutable = { ...node };
    if ('created_at' in packed) packed['created_at'] = 0;
    requirePlainBut(packed, ARE_ALIKE);
    for (const key of ALIKE) if (key in packed) packed[key] = alike.place(packed[key]);
    text += `${separator}${JSON.stringify(id)}:${JSON.stringify(packed)}`;
    separator = ',';
    if (text.length < ENOUGH) continue;
    yield text;
    text = '';
  }
  yield `${text}}`;
}

/**
 * The manifest as lines, each in pieces: first what every command needs, then each of the rest. They are made as they are asked for,
 * in this order. Throws NotKept where it cannot be kept.
 */
export function packManifest(manifest: Manifest): readonly Iterable<string>[] {
  const alike = new Alike();
  const { nodes, stranded, macros, docs, disabled, ...rest } = manifest;
  requirePlain({ macros, docs, disabled, rest });
  const strandedPieces: string[] = [];
  function* core(): Iterable<string> {
    yield '{"nodes":';
    yield* packedNodes(nodes, alike);
    yield `,"rest":${JSON.stringify({ ...rest, loaded_at: 0 })}`;
    // what is stranded is among them, too, though its own line comes later
    strandedPieces.push(...packedNodes(stranded, alike));
    yield `,"alike":[${alike.texts.join(',')}]}`;
  }
  const later = { macros, docs, disabled };
  return [
    core(),
    ...LATER.map((key) => (key === 'stranded' ? strandedPieces : [JSON.stringify(later[key])])),
  ];
}
