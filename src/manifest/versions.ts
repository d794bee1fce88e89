import type { NodeVersion } from './node.ts';

/** Below, equal or above: as numbers where both are, else as texts. */
export function compareVersions(a: NodeVersion, b: NodeVersion): number {
  const [x, y] = [a, b].map((v) => (String(v).trim() === '' ? Number.NaN : Number(v)));
  if (x !== undefined && y !== undefined && !Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}
