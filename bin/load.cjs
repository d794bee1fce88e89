// Loads the files of dist/ together with what V8 made of them when they were built: compiling them is half of a short command.
// From Node 22.1 on Node keeps that itself, for any version of V8, and this is not needed.
'use strict';
const { mkdirSync, openSync, readFileSync, readSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const process = require('node:process');
const vm = require('node:vm');
const { crc32 } = require('node:zlib');

/** Commands that go through many nodes, or may. */
const LONG = new Set(
  'build check clone compile diff docs parse retry run seed show snapshot test'.split(' '),
);

const isLong = () => process.argv.slice(2).some((word) => LONG.has(word));

/**
 * V8 compiles a function once more, for speed, after it has done so much (four times V8's own limit, in V8's measure). What that
 * takes is seldom won back by a command of a second, and nothing is lost by it in one of ten. To be called before anything is
 * loaded: what was compiled under another limit is not taken, nor is what came compiled with Node, which short commands would wait for.
 */
function optimizeLater() {
  if (isLong()) require('node:v8').setFlagsFromString('--interrupt-budget=270336');
}

/** Where it is for this Node and this limit; V8 takes what another one has made for nothing. */
const compiledFile = (dist) =>
  path.join(
    dist,
    'compiled',
    `${process.version}-${process.platform}-${process.arch}${isLong() ? '-long' : ''}`,
  );

/**
 * By file; a line of JSON with names, lengths and sums, then one after the other. Nothing where it was built with another Node, of
 * another source or is damaged: V8 compares no more than the length of the source, and runs what is damaged until who knows when.
 */
function readCompiled(dist) {
  const places = new Map();
  let file;
  try {
    file = openSync(compiledFile(dist), 'r');
    const size = Buffer.alloc(8);
    readSync(file, size, 0, 8, 0);
    const index = Buffer.alloc(Number.parseInt(size.toString('latin1'), 16));
    readSync(file, index, 0, index.length, 8);
    let at = 8 + index.length;
    for (const [name, length, ...sums] of JSON.parse(index.toString('latin1'))) {
      places.set(path.join(dist, name), [at, length, ...sums]);
      at += length;
    }
  } catch {
    // then V8 compiles what is needed
  }
  return (name, source) => {
    const [at, length, sum, sumOfSource] = places.get(name) ?? [];
    if (!Number.isSafeInteger(length) || crc32(source) !== sumOfSource) return undefined;
    const data = Buffer.allocUnsafeSlow(length);
    if (readSync(file, data, 0, length, at) !== length) return undefined;
    return crc32(data) === sum ? data : undefined;
  };
}

/** Whether this is one of the commands that have files of their own. */
exports.isLong = isLong;

/** Writes it, in place of what was there. */
exports.writeCompiled = (dist, compiled) => {
  const index = JSON.stringify(
    compiled.map(([name, data]) => [
      name,
      data.length,
      crc32(data),
      crc32(readFileSync(path.join(dist, name))),
    ]),
  );
  const head = index.length.toString(16).padStart(8, '0') + index;
  mkdirSync(path.dirname(compiledFile(dist)), { recursive: true });
  writeFileSync(
    compiledFile(dist),
    Buffer.concat([Buffer.from(head, 'latin1'), ...compiled.map(([, data]) => data)]),
  );
};

/**
 * The program in a folder. `load(file)` runs a file of it, once, and returns its exports. `taken` has the files that were not
 * compiled anew; `compiled()` tells what V8 has made of each so far.
 */
exports.programIn = (dist) => {
  optimizeLater();
  const compiledOf = readCompiled(dist);
  const requirePackage = createRequire(path.join(dist, 'program.cjs'));
  const importer = path.join(dist, 'import.cjs');
  const scripts = new Map();
  const taken = [];
  const load = (file) => {
    const known = requirePackage.cache[file];
    if (known !== undefined) return known.exports;
    // it imports, which a script cannot that comes compiled
    if (file === importer) return requirePackage(file);
    // the build writes nothing but ASCII
    const source = readFileSync(file);
    const cachedData = compiledOf(file, source);
    const script = new vm.Script(
      `(function (exports, require, module, __filename, __dirname) {${source.latin1Slice()}\n})`,
      {
        filename: file,
        cachedData,
      },
    );
    scripts.set(file, script);
    if (cachedData !== undefined && script.cachedDataRejected === false) taken.push(file);
    const module = { id: file, filename: file, exports: {}, children: [], loaded: true };
    // among the other modules, where what is loaded can be looked up
    requirePackage.cache[file] = module;
    const folder = path.dirname(file);
    const require = Object.assign(
      (name) => (name.startsWith('.') ? load(path.resolve(folder, name)) : requirePackage(name)),
      requirePackage,
    );
    script.runInThisContext()(module.exports, require, module, file, folder);
    return module.exports;
  };
  return {
    load,
    taken,
    compiled: () =>
      [...scripts].map(([file, s]) => [path.relative(dist, file), s.createCachedData()]),
  };
};
