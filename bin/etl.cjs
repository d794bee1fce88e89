#!/usr/bin/env node
// The embedded ClickHouse runs its statements on libuv's pool, and the pool's size is read before the first ES module loads.
// So this file is CommonJS, and does only what has to come before that.
'use strict';
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`etl needs Node 20.19 or newer; this is ${process.version}.\n`);
  process.exitCode = 2;
} else {
  process.env.UV_THREADPOOL_SIZE ??= '16';
  // from Node 22.1 on: what V8 has compiled once is kept in the user's folder for temporary files
  require('node:module').enableCompileCache?.();
  import('../dist/cli/main.js').catch((error) => {
    const missing =
      error && error.code === 'ERR_MODULE_NOT_FOUND' && String(error.message).includes('dist');
    process.stderr.write(
      missing ? 'etl is not built yet: run `npm run build`.\n' : `${error && error.stack}\n`,
    );
    process.exitCode = 2;
  });
}
