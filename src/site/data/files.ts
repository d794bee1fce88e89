// The files of the site. Data come as scripts, because a page that is opened from the disk may load scripts and nothing else.
import type { SiteData } from './format.ts';
import { markup, type Html } from '../html.ts';

/** What is shipped with the program: the script and the style of the site. */
export interface SiteShell {
  readonly script: string;
  readonly style: string;
}
export interface SiteFile {
  /** relative to the folder of the site */
  readonly path: string;
  readonly text: string;
}

const POLICY = `default-src 'none'; script-src 'self' file:; style-src 'self' file:; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'`;

/** Every file of the site as a folder. `index.html` is the last: who sees it, finds the others. */
export function siteFolder(
  data: SiteData,
  shell: SiteShell,
  parts: readonly Part[] = partsOf(data),
): readonly SiteFile[] {
  return [
    { path: 'app.js', text: shell.script },
    { path: 'app.css', text: shell.style },
    ...parts.map(({ key, json }) => ({
      path: `data/${key}.js`,
      text: `etlSite(${JSON.stringify(key)},${json});\n`,
    })),
    {
      path: 'index.html',
      text: pageOf(
        data,
        POLICY,
        markup`<link rel="stylesheet" href="app.css">`,
        markup`<script src="app.js"></script>
<script src="data/index.js"></script>
<script src="data/runs.js"></script>`,
      ),
    },
  ];
}

/** A piece of the data, as text that may stand in a script. */
export interface Part {
  readonly key: string;
  readonly json: string;
}

/** The data in the pieces in which the browser asks for them. */
export const partsOf = ({
  index,
  details,
  texts,
  runs,
  pasts,
  changes,
}: SiteData): readonly Part[] => [
  { key: 'index', json: harmless(index) },
  { key: 'runs', json: harmless(runs) },
  { key: 'changes', json: harmless(changes) },
  ...details.map((value, i) => ({ key: `m/${i}`, json: harmless(value) })),
  ...texts.map((value, i) => ({ key: `t/${i}`, json: harmless(value) })),
  ...pasts.map((value, i) => ({ key: `h/${i}`, json: harmless(value) })),
];

/** The page around script and style; without a script it still tells what there is. */
export function pageOf({ index }: SiteData, policy: string, head: Html, foot: Html): string {
  const names = index.nodes
    .filter(({ type }) => type === 'model' || type === 'source')
    .slice(0, 500)
    .map(({ name, about }) => markup`<li><b>${name}</b> ${about ?? ''}</li>`);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${index.project}</title>
${head}
</head>
<body>
<div id="app"></div>
<noscript><h1>${index.project}</h1><p>This page needs its script. These are its models and sources:</p><ul>
${names}
</ul></noscript>
${foot}
</body>
</html>
`.html;
}

/** JSON that may stand in a script, within a page or alone: nothing in it ends the script or a line of it. */
export const harmless = (value: unknown): string =>
  JSON.stringify(value)
    .replaceAll('<', String.raw`\u003c`)
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`);
