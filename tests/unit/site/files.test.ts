import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { harmless, siteFolder } from '../../../src/site/data/files.ts';
import { singleFile } from '../../../src/site/data/single-file.ts';
import { siteData } from '../../../src/site/data/site-data.ts';
import { SMALL_MANIFEST } from '../../support/site-artifacts.ts';

const shell = { script: 'window.ours=1;', style: 'body{color:red}' };
const data = siteData({ manifest: SMALL_MANIFEST }, { generatedAt: new Date(0) });
const EVIL = `"><script>alert(1)</script><!-- \u2028 \u2029 ' & </title>`;
const hostile = siteData(
  {
    manifest: {
      metadata: { project_name: EVIL },
      nodes: {
        [`model.${EVIL}`]: {
          resource_type: 'model',
          name: EVIL,
          description: EVIL,
          raw_code: EVIL,
          tags: [EVIL],
        },
      },
    },
  },
  { generatedAt: new Date(0) },
);

/** These hold nothing of a project that neither ran nor changed. */
const WITHOUT_TEXTS = ['data/runs.js', 'data/changes.js'];

/** What the page would be given by a data file. */
function given(text: string): readonly [string, unknown] {
  let got: readonly [string, unknown] | undefined;
  runInNewContext(text, { etlSite: (key: string, value: unknown) => (got = [key, value]) });
  if (got === undefined) throw new Error('nothing was given');
  return got;
}

test('the folder: the page last, and data as scripts that give back what was written', () => {
  const files = siteFolder(data, shell);
  expect(files.map(({ path }) => path)).toEqual([
    'app.js',
    'app.css',
    'data/index.js',
    'data/runs.js',
    'data/changes.js',
    'data/m/0.js',
    'data/t/0.js',
    'index.html',
  ]);
  const index = files.find(({ path }) => path === 'data/index.js');
  expect(given(index?.text ?? '')).toEqual(['index', JSON.parse(JSON.stringify(data.index))]);
});

test('nothing of the project ends a script, a line of one, or a tag', () => {
  for (const { path, text } of siteFolder(hostile, shell)) {
    if (!path.startsWith('data/')) continue;
    expect(text, path).not.toMatch(/[<\u2028\u2029]/);
    const shown = JSON.stringify(given(text)[1]);
    if (!WITHOUT_TEXTS.includes(path)) expect(shown, path).toContain('alert(1)');
  }
  const page = siteFolder(hostile, shell).at(-1)?.text ?? '';
  expect(page.match(/<script/g)).toHaveLength(3);
  expect(singleFile(hostile, shell).match(/<script>/g)).toHaveLength(1);
  expect(harmless('</script><!--')).toBe(String.raw`"\u003c/script>\u003c!--"`);
});

test('no page loads anything from elsewhere, and the policy forbids it', () => {
  const folder = siteFolder(data, shell).at(-1)?.text ?? '';
  const single = singleFile(data, shell);
  for (const page of [folder, single]) {
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(page).toContain('default-src &#39;none&#39;');
    expect(page).not.toContain('unsafe');
  }
  for (const text of [shell.script, shell.style]) {
    const hash = createHash('sha256').update(text).digest('base64');
    expect(single.replaceAll('&#39;', "'")).toContain(`'sha256-${hash}'`);
  }
});

test('without a script the page still names what there is', () => {
  expect(singleFile(data, shell)).toMatch(/<noscript>[\s\S]*crm\.orders[\s\S]*<\/noscript>/);
});
