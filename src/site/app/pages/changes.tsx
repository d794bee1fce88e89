import { useEffect, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Change, ChangeDetail, Generation } from '../../data/format.ts';
import { loadChanges } from '../loader.ts';
import { NodeLink, Section, Title } from '../parts/basics.tsx';
import type { Site } from '../site.ts';
import { count, isWord, kindName, moment, say } from '../words.ts';

/** What changed from one generation of the site to the next. */
export function Changes({ site }: { readonly site: Site }): JSX.Element {
  const [log, setLog] = useState<readonly Generation[] | 'missing'>();
  useEffect(() => {
    loadChanges().then(setLog, () => setLog('missing'));
  }, []);
  return (
    <>
      <Title>{say('changes')}</Title>
      {log === undefined || log === 'missing' ? (
        <p class="quiet" role="status">
          {say(log === undefined ? 'loading' : 'cannotLoad')}
        </p>
      ) : (
        <>
          {log.length === 0 && <p>{say('noChanges')}</p>}
          {log.map((generation) => (
            <Section
              key={generation.at}
              title={say('changedSince', moment(generation.at), moment(generation.since))}
            >
              <ul class="changes">
                {generation.changes.map((change) => (
                  <One site={site} change={change} />
                ))}
              </ul>
              {generation.more !== undefined && (
                <p class="quiet">{say('andMore', count(generation.more))}</p>
              )}
            </Section>
          ))}
        </>
      )}
    </>
  );
}

const SIGNS: Readonly<Record<Change['what'], string>> = { added: '+', removed: '−', changed: '~' };

function One({ site, change }: { readonly site: Site; readonly change: Change }): JSX.Element {
  const node = site.byId(change.id);
  return (
    <li>
      <span class={`change change-${change.what}`}>
        <span aria-hidden="true">{SIGNS[change.what]}</span> {say(change.what)}
      </span>{' '}
      {node === undefined ? <b>{change.name}</b> : <NodeLink node={node} />}{' '}
      <span class="quiet">{kindName(change.type)}</span>
      {change.details !== undefined && (
        <ul>
          {change.details.map((detail) => (
            <li>
              <Detail detail={detail} />
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

function Detail({ detail }: { readonly detail: ChangeDetail }): JSX.Element {
  const { kind, name = '', before = '', after = '' } = detail;
  const title = kind === 'fact' ? (isWord(name) ? say(name) : name) : say(kind);
  const values = [before, after].filter((value) => value !== '');
  return (
    <>
      {title}
      {kind !== 'fact' && name !== '' && (
        <>
          {' '}
          <code>{name}</code>
        </>
      )}
      {values.length > 0 && (
        <>
          {': '}
          {kind === 'sql'
            ? say('lines', after, before)
            : kind === 'columnAdded' || kind === 'columnRemoved'
              ? values.join('')
              : `${before || '–'} → ${after || '–'}`}
        </>
      )}
    </>
  );
}
