// npm run parity -- <project dir> [more project dirs] [options]
// Runs dbt and etl on copies of one project, each in a database of its own, and says where the two differ. docs/compatibility.md
// explains how to read what it prints. Ends with 1 when there is a difference that known-differences.mjs does not explain.
import { existsSync } from 'node:fs';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { checkArtifacts } from './artifacts.mjs';
import { compareManifests } from './compare-manifest.mjs';
import { compareRelations, readRelations } from './compare-relations.mjs';
import { compareResults } from './compare-results.mjs';
import { compareSql } from './compare-sql.mjs';
import { copyProject } from './copy-project.mjs';
import { oracle } from './oracle.mjs';
import { readOptions, USAGE } from './options.mjs';
import { printReport, summary } from './report.mjs';
import { runTool } from './run-tool.mjs';
import { startServer } from '../support/server.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const say = (text) => process.stdout.write(`${text}\n`);

/** Both tools see a database of the same name, so that nothing they print has to be translated; it is renamed afterwards. */
const DATABASE = 'parity';

async function side(tool, project, scratch, server, options) {
  const dir = join(scratch, tool.name, basename(project));
  const { profilesDir, packages } = await copyProject(project, dir, server, DATABASE, options);
  await server.createDatabase(DATABASE);
  const steps = await runTool(tool, dir, profilesDir, packages, options, say);
  const database = `${DATABASE}_${tool.name}`;
  await server.renameDatabase(DATABASE, database);
  return { name: tool.name, dir, steps, relations: await readRelations(server, database) };
}

async function compareProject(project, tools, server, options) {
  const scratch = await mkdtemp(join(tmpdir(), 'etl-parity-'));
  try {
    say(`\n${project}`);
    const dbt = await side(tools.dbt, project, scratch, server, options);
    const etl = await side(tools.etl, project, scratch, server, options);
    const aspects = [
      ...compareManifests(dbt, etl),
      ...compareSql(dbt, etl),
      ...compareRelations(dbt.relations, etl.relations),
      ...compareResults(dbt, etl),
      ...(await checkArtifacts(tools.dbt.python, { dbt, etl }, options)),
    ];
    const name = `${basename(dirname(project))}/${basename(project)}`;
    return { project: name, ...summary(aspects), aspects };
  } finally {
    await server.dropDatabases([`${DATABASE}_dbt`, `${DATABASE}_etl`, DATABASE]);
    if (options.keep) say(`kept: ${scratch}`);
    else await rm(scratch, { recursive: true, force: true });
  }
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  if (!existsSync(join(ROOT, 'dist/cli/main.js'))) {
    process.stderr.write('There is no dist/ yet: npm run build\n');
    process.exitCode = 2;
    return;
  }
  const tools = {
    dbt: await oracle(options, say),
    etl: { name: 'etl', command: [process.execPath, join(ROOT, 'bin/etl.cjs')] },
  };
  const server = await startServer(ROOT);
  const reports = [];
  try {
    for (const project of options.projects)
      reports.push(await compareProject(resolve(project), tools, server, options));
  } finally {
    await server.stop();
  }
  for (const report of reports) printReport(report, options, say);
  await mkdir(dirname(options.json), { recursive: true });
  await writeFile(options.json, `${JSON.stringify(reports, null, 1)}\n`);
  say(`\nWritten: ${options.json}`);
  if (reports.some((r) => r.unexplained > 0)) process.exitCode = 1;
}

await main();
