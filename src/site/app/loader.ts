// The data as they arrive: from scripts beside the page, or from blocks within it.
import type {
  Generation,
  NodeDetail,
  NodePast,
  RunData,
  SiteIndex,
  TextShard,
} from '../data/format.ts';

declare global {
  var etlSite: (key: string, value: unknown) => void;
}

const parts = new Map<string, Promise<unknown>>();
const waiting = new Map<string, (value: unknown) => void>();
/** The page itself asks for these. */
const OF_THE_PAGE: ReadonlySet<string> = new Set(['index', 'runs']);

/** Every data file calls this by its name. */
export function listen(): void {
  globalThis.etlSite = (key, value) => {
    void part(key);
    waiting.get(key)?.(value);
  };
}

/** A part of the data, asked for once; rejects when its file cannot be loaded. */
function part(key: string): Promise<unknown> {
  const known = parts.get(key);
  if (known !== undefined) return known;
  const inPage = document.querySelector(`script[data-part="${key}"]`);
  const coming =
    inPage === null
      ? new Promise<unknown>((arrived, failed) => {
          waiting.set(key, arrived);
          if (!OF_THE_PAGE.has(key)) request(key, failed);
        })
      : Promise.resolve(JSON.parse(inPage.textContent) as unknown);
  parts.set(key, coming);
  return coming;
}

function request(key: string, failed: (reason: Error) => void): void {
  const script = document.createElement('script');
  script.src = `data/${key}.js`;
  script.addEventListener('error', () => {
    parts.delete(key);
    failed(new Error(`${script.src} is not there`));
  });
  script.addEventListener('load', () => script.remove());
  document.head.append(script);
}

export const loadIndex = (): Promise<SiteIndex> => part('index') as Promise<SiteIndex>;
export const loadRuns = (): Promise<RunData> => part('runs') as Promise<RunData>;
export const loadDetails = (shard: number): Promise<readonly NodeDetail[]> =>
  part(`m/${shard}`) as Promise<readonly NodeDetail[]>;
export const loadTexts = (shard: number): Promise<TextShard> =>
  part(`t/${shard}`) as Promise<TextShard>;
export const loadPasts = (shard: number): Promise<readonly NodePast[]> =>
  part(`h/${shard}`) as Promise<readonly NodePast[]>;
export const loadChanges = (): Promise<readonly Generation[]> =>
  part('changes') as Promise<readonly Generation[]>;
