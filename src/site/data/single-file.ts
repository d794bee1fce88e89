import { createHash } from 'node:crypto';
import { markup, trusted } from '../html.ts';
import { pageOf, partsOf, type Part, type SiteShell } from './files.ts';
import type { SiteData } from './format.ts';

/**
 * The whole site as one page, for mail and for programs that publish one file. The data stand in it as blocks that no browser runs,
 * each read when it is asked for; the policy names the hashes of the one script and the one style.
 */
export function singleFile(
  data: SiteData,
  { script, style }: SiteShell,
  parts: readonly Part[] = partsOf(data),
): string {
  const hashOf = (text: string): string =>
    `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const policy = `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(style)}; img-src data: blob:; base-uri 'none'; form-action 'none'`;
  const blocks = parts.map(({ key, json }) =>
    trusted(`<script type="application/json" data-part="${key}">${json}</script>`),
  );
  return pageOf(
    data,
    policy,
    markup`<style>${trusted(style)}</style>`,
    markup`${blocks}
<script>${trusted(script)}</script>`,
  );
}
