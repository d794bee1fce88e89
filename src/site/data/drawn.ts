const DRAWN: ReadonlySet<string> = new Set([
  'model',
  'seed',
  'snapshot',
  'source',
  'exposure',
  'semantic_model',
  'metric',
  'saved_query',
]);

/** Whether a kind of node stands in the graph. */
export const isDrawn = (type: string): boolean => DRAWN.has(type);
