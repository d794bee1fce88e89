#!/usr/bin/env node
// The embedded ClickHouse runs its statements on libuv's pool, and the pool's size is read before anything waits for a file.
// So this file does that first, and nothing but what has to come before the program.
'use strict';
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`etl needs Node 20.19 or newer; this is ${process.version}.\n`);
  process.exitCode = 2;
} else {
  process.env.UV_THREADPOOL_SIZE ??= '16';
  const path = require('node:path');
  const { enableCompileCache } = require('node:module');
  const dist = path.join(__dirname, '../dist');
  try {
    if (enableCompileCache === undefined)
      require('./load.cjs').programIn(dist).load(path.join(dist, 'cli/main.cjs'));
    else {
      // from Node 22.1 on: what V8 has compiled once is kept by Node
      const folder = require('./cache-folder.cjs').cacheFolder();
      if (folder !== undefined) enableCompileCache(folder);
      require('../dist/cli/main.cjs');
    }
  } catch (error) {
    const missing =
      error &&
      ['ENOENT', 'MODULE_NOT_FOUND'].includes(error.code) &&
      String(error.message).includes('dist');
    process.stderr.write(
      missing ? 'etl is not built yet: run `npm run build`.\n' : `${error && error.stack}\n`,
    );
    process.exitCode = 2;
  }
}
