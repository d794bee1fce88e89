import type { JSX } from 'preact';
import type { ColumnDetail, ColumnLink } from '../../data/format.ts';
import { link } from '../route.ts';
import type { Site } from '../site.ts';
import { count, howWord, say } from '../words.ts';

const SHOWN = 6;

/** What a column comes from and what it goes into, as links to these columns. */
export const ColumnLinks = ({
  site,
  column: { from = [], into = [], unknown },
}: {
  readonly site: Site;
  readonly column: ColumnDetail;
}): JSX.Element => (
  <>
    <Links site={site} title={say('comesFrom')} links={from} />
    <Links site={site} title={say('goesInto')} links={into} />
    {unknown !== undefined && (
      <p class="quiet" title={unknown}>
        {say('lineageUnknown', unknown)}
      </p>
    )}
  </>
);

function Links({
  site,
  title,
  links,
}: {
  readonly site: Site;
  readonly title: string;
  readonly links: readonly ColumnLink[];
}): JSX.Element | null {
  if (links.length === 0) return null;
  return (
    <>
      <span class="quiet">{title}</span>
      <ul class="column-links">
        {links.slice(0, SHOWN).map(({ node, relation, column, how }) => {
          const there = node === undefined ? undefined : site.at(node);
          return (
            <li>
              {there === undefined ? (
                <code>{`${relation ?? '?'}.${column}`}</code>
              ) : (
                <a href={link(['node', there.id, 'column', column])}>
                  <code>{`${there.name}.${column}`}</code>
                </a>
              )}{' '}
              <span class="quiet">{howWord(how)}</span>
            </li>
          );
        })}
      </ul>
      {links.length > SHOWN && (
        <span class="quiet">{say('andMore', count(links.length - SHOWN))}</span>
      )}
    </>
  );
}
