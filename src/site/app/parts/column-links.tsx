import type { JSX } from 'preact';
import type { ColumnDetail, ColumnLink } from '../../data/format.ts';
import { link } from '../route.ts';
import type { Site } from '../site.ts';
import { count, howWord, say } from '../words.ts';
import { Name } from './basics.tsx';

const SHOWN = 4;

/** What a column comes from and what it goes into, as links to these columns. */
export const ColumnLinks = ({
  site,
  column: { from = [], into = [], unknown },
  all,
}: {
  readonly site: Site;
  readonly column: ColumnDetail;
  /** where all of them are seen */
  readonly all: string;
}): JSX.Element => (
  <>
    <Links site={site} title={say('comesFrom')} links={from} all={all} />
    <Links site={site} title={say('goesInto')} links={into} all={all} />
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
  all,
}: {
  readonly site: Site;
  readonly title: string;
  readonly links: readonly ColumnLink[];
  readonly all: string;
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
                <code>
                  <Name text={`${relation ?? '?'}.${column}`} />
                </code>
              ) : (
                <a href={link(['node', there.id, 'column', column])}>
                  <code>
                    <Name text={`${there.name}.${column}`} />
                  </code>
                </a>
              )}{' '}
              <span class="quiet">{howWord(how)}</span>
            </li>
          );
        })}
      </ul>
      {links.length > SHOWN && (
        <a class="quiet" href={all}>
          {say('andMore', count(links.length - SHOWN))}
        </a>
      )}
    </>
  );
}
