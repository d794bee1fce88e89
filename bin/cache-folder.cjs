// Where Node keeps what V8 has compiled. It is code: in a folder for temporary files that all share, anybody could put theirs there first.
'use strict';
const { lstatSync, mkdirSync } = require('node:fs');
const { tmpdir, userInfo } = require('node:os');
const path = require('node:path');

/** A folder that nobody but the user can write to; undefined where there is none, or the user has named another one. */
exports.cacheFolder = () => {
  if (process.env.NODE_COMPILE_CACHE || process.env.NODE_DISABLE_COMPILE_CACHE) return undefined;
  try {
    const { uid } = userInfo();
    const folder = path.join(tmpdir(), `etl-compiled-${uid}`);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    // elsewhere than on Windows, where each user has a folder of their own
    const isOwn = uid === -1 || (found.uid === uid && (found.mode & 0o022) === 0);
    return found.isDirectory() && isOwn ? folder : undefined;
  } catch {
    return undefined;
  }
};
