import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Result } from '../../search/search.ts';
import { go, link, nodeLink } from '../route.ts';
import type { Site } from '../site.ts';
import { kindName, say } from '../words.ts';
import { fetchTexts, searchOf, warmUp } from './search-index.ts';

const OFFERED = 12;
/** Where a result leads: to the column, when the column was found. */
export function resultLink(site: Site, { node, column }: Result): string {
  const { id } = site.at(node);
  return column === undefined ? nodeLink(id) : link(['node', id, 'column', column]);
}

/** The field in the head of every page; `/` leads to it. */
export function SearchBox({ site }: { readonly site: Site }): JSX.Element {
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState(0);
  const [open, setOpen] = useState(false);
  const [loaded, setLoaded] = useState(false);
  const [warm, setWarm] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, []);
  useEffect(() => warmUp(site, () => setWarm(true)), [site]);
  const began = performance.now();
  const results = open ? searchOf(site).find(query, OFFERED) : [];
  const took = performance.now() - began;
  const listed = open && query.trim() !== '';
  const leave = (address: string): void => {
    setOpen(false);
    field.current?.blur();
    go(address);
  };
  const all = link(['search'], { q: query });
  const onKey = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const entries = results.length + 1;
      setChosen((chosen + step + entries) % entries);
    } else if (event.key === 'Enter' && listed) {
      const result = results[chosen];
      leave(result === undefined ? all : resultLink(site, result));
    } else if (event.key === 'Escape') {
      setOpen(false);
      field.current?.blur();
    }
  };
  return (
    <div class="search" role="search">
      <input
        ref={field}
        id="search"
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        placeholder={`${say('searchHint')}  ( / )`}
        aria-label={say('searchHint')}
        aria-expanded={listed}
        aria-controls="search-results"
        aria-autocomplete="list"
        aria-activedescendant={listed ? `search-${chosen}` : undefined}
        data-ms={took.toFixed(2)}
        data-texts={loaded ? 'here' : undefined}
        data-warm={warm ? 'yes' : undefined}
        value={query}
        onInput={(event) => {
          setQuery(event.currentTarget.value);
          setChosen(0);
          setOpen(true);
        }}
        onFocus={() => {
          setOpen(true);
          void fetchTexts(site).then(() => setLoaded(true));
        }}
        onBlur={() => setOpen(false)}
        onKeyDown={onKey}
      />
      <ul id="search-results" role="listbox" aria-label={say('search')} hidden={!listed}>
        {listed &&
          results.map((result, i) => (
            <Option
              key={result.node}
              site={site}
              result={result}
              number={i}
              chosen={chosen === i}
              leave={leave}
            />
          ))}
        {listed && (
          <li
            id={`search-${results.length}`}
            role="option"
            aria-selected={chosen === results.length}
            onMouseDown={() => leave(all)}
          >
            {results.length === 0 ? say('nothingFound') : say('allResults')}
          </li>
        )}
      </ul>
      <span class="hidden-text" aria-live="polite">
        {listed ? say('searchResults', results.length) : ''}
      </span>
    </div>
  );
}

function Option({
  site,
  result,
  number,
  chosen,
  leave,
}: {
  readonly site: Site;
  readonly result: Result;
  readonly number: number;
  readonly chosen: boolean;
  readonly leave: (address: string) => void;
}): JSX.Element {
  const node = site.at(result.node);
  return (
    <li
      id={`search-${number}`}
      role="option"
      aria-selected={chosen}
      // the field loses the focus before a click arrives
      onMouseDown={() => leave(resultLink(site, result))}
    >
      <i class={`dot kind-${node.layer ?? node.type}`} aria-hidden="true" />
      <b>{node.name}</b>
      {result.column !== undefined && <code> {result.column}</code>}
      <span class="quiet"> {kindName(node.type)} </span>
      <span class="quiet about">{node.about}</span>
    </li>
  );
}
