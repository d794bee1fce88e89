// Builds the script and the style of the documentation site: one classic script, because pages that are opened from the disk load
// no modules. Returns esbuild's list of what went in.
import { join } from 'node:path';
import { build } from 'esbuild';

export async function buildSite(root, outdir) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { app: join(root, 'src/site/app/main.tsx') },
    outdir,
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: ['chrome123', 'firefox128', 'safari17.5'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    charset: 'utf8',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  await build({
    absWorkingDir: root,
    entryPoints: { app: join(root, 'src/site/app/app.css') },
    outdir,
    minify: true,
    // light-dark() is left to the browser
    target: ['chrome123', 'firefox128', 'safari17.5'],
    logLevel: 'warning',
  });
  return metafile;
}
