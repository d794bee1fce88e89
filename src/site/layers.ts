export const LAYERS = ['bronze', 'silver', 'gold'] as const;
export type Layer = (typeof LAYERS)[number];

/** Other names under which projects know the layers. */
const ALIASES: Readonly<Record<string, Layer>> = {
  bronze: 'bronze',
  raw: 'bronze',
  silver: 'silver',
  trusted: 'silver',
  gold: 'gold',
  service: 'gold',
};

/** What tells the layer of a node. */
interface Placed {
  readonly tags: readonly string[];
  readonly fqn: readonly string[];
  readonly schema: string;
}

/** The layer of a model: by a tag, by its folder, or by its schema; undefined when nothing says so. */
export function layerOf(node: Placed): Layer | undefined {
  const words = [...node.tags, ...node.fqn.slice(1, -1), node.schema];
  for (const word of words) {
    const layer = ALIASES[word.toLowerCase()];
    if (layer !== undefined) return layer;
  }
  return undefined;
}
