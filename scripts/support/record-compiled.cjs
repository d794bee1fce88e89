// record-compiled.cjs DIST FILE ARGUMENT...: runs a command of the program in DIST. What V8 has compiled for it, and for those before, is
// kept with the program; FILE says in between what that is.
'use strict';
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { isLong, programIn, writeCompiled } = require('../../bin/load.cjs');

const [dist, before, ...args] = process.argv.slice(2);
process.argv = [process.argv[0], 'etl', ...args];
const file = isLong() ? `${before}.long` : before;
const earlier = existsSync(file)
  ? JSON.parse(readFileSync(file, 'utf8')).map(([name, data]) => [
      name,
      Buffer.from(data, 'base64'),
    ])
  : [];
const { load, compiled } = programIn(dist);
process.on('exit', () => {
  const all = [...new Map([...earlier, ...compiled()])];
  writeCompiled(dist, all);
  writeFileSync(file, JSON.stringify(all.map(([name, data]) => [name, data.toString('base64')])));
});
load(path.join(dist, 'cli/main.cjs'));
