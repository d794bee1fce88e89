// etl deps in a project that names no packages.
import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { etl, scratch } from '../support/etl.ts';

test('that is said, and no failure', async () => {
  const project = await scratch({ 'dbt_project.yml': 'name: shop\n' });
  const said = async (...args: readonly string[]): Promise<string> => {
    const { code, output } = await etl(['deps', ...args], { cwd: project.dir });
    expect(code, output).toBe(0);
    return output;
  };
  try {
    for (const args of [[], ['--lock'], ['--upgrade']])
      expect(await said(...args)).toContain(
        'No packages were found in packages.yml: there is no such file, and nothing to install. Add a package with: etl deps --add-package',
      );
    for (const text of ['', 'packages:\n', 'packages: []\n']) {
      await project.write({ 'packages.yml': text });
      expect(await said()).toContain('No packages were found in packages.yml: nothing to install.');
    }
    await project.write({ 'dependencies.yml': 'projects: []\n' });
    expect(await said()).toContain('No packages were found');
    expect(await readdir(project.dir)).not.toContain('package-lock.yml');
  } finally {
    await project.dispose();
  }
});
