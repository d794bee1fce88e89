// The files that esbuild makes, as the program loads them: CommonJS, which starts in less time than ES modules, and what V8 compiles
// of them for short commands.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

const IMPORT = /\bimport\("([^"]+)"\)/g;
/** Imports a package. A file by itself: scripts that come compiled cannot import anything. */
const IMPORTER = 'import.cjs';
const OWN_URL = "const __url=require('node:url').pathToFileURL(__filename).href;";

/** Writes the outputs of a build of ES modules as CommonJS. Throws where one of them would not be the same then. */
export async function writeCommonJs({ outputFiles, metafile }, root, dist) {
  await mkdir(dist, { recursive: true });
  await writeFile(join(dist, IMPORTER), 'module.exports = (name) => import(name);\n');
  for (const { path, text } of outputFiles) {
    const { imports } = metafile.outputs[path.slice(root.length)];
    const dynamic = imports.filter(({ kind }) => kind === 'dynamic-import').length;
    let found = 0;
    const source = text.replaceAll(IMPORT, (_, name) => {
      found += 1;
      return name.startsWith('.')
        ? `Promise.resolve().then(()=>require("${name}"))`
        : `require("../${IMPORTER}")("${name}")`;
    });
    if (found !== dynamic)
      throw new Error(`${path}: ${dynamic} dynamic imports, ${found} of them found`);
    const { code } = await transform(source, {
      format: 'cjs',
      platform: 'node',
      target: 'node20.19',
      minifyWhitespace: true,
      charset: 'ascii',
      define: { 'import.meta.url': '__url' },
      banner: source.includes('import.meta.url') ? OWN_URL : '',
      logLevel: 'warning',
    });
    // what reads it takes each byte for a letter; esbuild leaves a regular expression as it is written
    // eslint-disable-next-line no-control-regex
    const other = /[^\0-\x7f]/.exec(code);
    if (other !== null)
      throw new Error(`${path} has ${other[0]}: ${code.slice(other.index - 40, other.index + 9)}`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, code);
  }
}

/** An ES module with the exports of a CommonJS one beside it. */
export const asModule = (file, names) =>
  `import program from './${file}';\nexport const { ${names.join(', ')} } = program;\n`;

const RECORDER = fileURLToPath(new URL('record-compiled.cjs', import.meta.url));

const NOWHERE = {
  etl: {
    target: 'dev',
    outputs: {
      dev: {
        type: 'postgres',
        host: '127.0.0.1',
        port: 1,
        user: 'nobody',
        password: 'none at all',
        dbname: 'none',
        schema: 'none',
        threads: 1,
      },
    },
  },
};

/** Runs short commands in a new project, each with what V8 has compiled for the ones before, and keeps it all beside them. */
export async function compileAhead(dist) {
  const dir = await mkdtemp(join(tmpdir(), 'etl-build-'));
  const run = (expected, cwd, ...args) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [RECORDER, dist, join(dir, 'compiled.json'), ...args],
      { cwd, encoding: 'utf8' },
    );
    if (status !== expected)
      throw new Error(`etl ${args.join(' ')} ends with ${status}: ${stdout}${stderr}`);
  };
  try {
    run(0, dir, 'init', 'shop');
    const shop = join(dir, 'shop');
    run(0, shop, 'parse', '--no-partial-parse');
    run(0, shop, 'parse');
    run(0, shop, 'ls', '--no-partial-parse');
    run(0, shop, 'ls', '-s', 'tag:none', '--exclude', '*');
    run(0, shop, 'ls');
    // as far as a command comes without a server: nobody listens there
    await writeFile(join(shop, 'profiles.yml'), JSON.stringify(NOWHERE));
    run(2, shop, 'build');
    run(0, shop, 'compile', '--no-introspect');
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** A package that reads it when it is loaded and needs it for nothing that is done here; it takes as long to load as the package. */
export const withoutChildProcess = {
  name: 'without-child-process',
  setup(build) {
    build.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /node_modules.commander./.test(importer) ? { path: 'none', namespace: 'none' } : undefined,
    );
    build.onLoad({ filter: /^none$/, namespace: 'none' }, () => ({
      contents: 'module.exports = {};',
    }));
  },
};
