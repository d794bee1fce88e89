import type { Place } from './faults.ts';
import { FILE_START, withLineFeeds } from './tokens.ts';
import type { Origin } from './tokens.ts';

/**
 * From offsets of a rendered text to places of the node's template. Template text maps letter by letter; what an
 * expression or a call printed maps to the expression.
 */
export interface SourceMap {
  readonly file: string;
  /** the template, with LF line ends */
  readonly text: string;
  /** where the template starts in its file */
  readonly origin: Origin;
  /** pairs (rendered offset, template offset); below zero, -1 - offset, where all that follows is one place */
  readonly points: readonly number[];
}

/** The map of a rendered text from what its output recorded. */
export const sourceMap = (
  file: string,
  text: string,
  points: readonly number[],
  origin: Origin = FILE_START,
): SourceMap => ({ file, text: withLineFeeds(text), origin, points });

/** The index of the last pair that starts at or before the offset, or -1. */
function pairAt(points: readonly number[], offset: number): number {
  let low = 0;
  let high = points.length / 2 - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if ((points[2 * middle] ?? 0) <= offset) low = middle + 1;
    else high = middle - 1;
  }
  return high;
}

/** The offset in the template from which the rendered offset comes. */
function templateOffset(map: SourceMap, renderedOffset: number): number {
  const pair = pairAt(map.points, renderedOffset);
  if (pair < 0) return 0;
  const [start = 0, source = 0] = map.points.slice(2 * pair, 2 * pair + 2);
  return source < 0
    ? -1 - source - map.origin.index
    : source - map.origin.index + (renderedOffset - start);
}

/** The 1-based place in the template's file from which the rendered offset comes. */
export function locate(map: SourceMap, renderedOffset: number): Place {
  const offset = Math.max(0, Math.min(templateOffset(map, renderedOffset), map.text.length));
  const before = map.text.slice(0, offset);
  const line = before.split('\n').length - 1;
  const column = offset - (before.lastIndexOf('\n') + 1);
  return {
    file: map.file,
    line: map.origin.line + line + 1,
    column: column + (line === 0 ? map.origin.column : 0) + 1,
  };
}
