import { useEffect, useState } from 'preact/hooks';
import type { ComponentChildren, JSX } from 'preact';
import { SearchBox } from './parts/search-box.tsx';
import { layersOf } from './parts/basics.tsx';
import { link, route } from './route.ts';
import { chooseLang, chooseTheme, lang, theme, type Lang, type Theme } from './settings.ts';
import type { Site } from './site.ts';
import { count, engineName, isWord, kindName, moment, say } from './words.ts';

const KINDS = [
  'model',
  'source',
  'seed',
  'snapshot',
  'test',
  'unit_test',
  'exposure',
  'semantic_model',
  'metric',
  'saved_query',
  'macro',
  'analysis',
] as const;

/** Head, navigation and foot around a page. */
export function Frame({
  site,
  children,
}: {
  readonly site: Site;
  readonly children: ComponentChildren;
}): JSX.Element {
  const [open, setOpen] = useState(false);
  const { path } = route.value;
  const here = path.join('/');
  useEffect(() => setOpen(false), [here]);
  return (
    <>
      <a class="skip" href="#main" onClick={toMain}>
        {say('skip')}
      </a>
      <header>
        <button
          type="button"
          class="menu"
          aria-expanded={open}
          aria-controls="pages"
          aria-label={say('menu')}
          onClick={() => setOpen(!open)}
        >
          ☰
        </button>
        <a class="home" href="#/">
          {site.index.project}
        </a>
        <SearchBox site={site} />
      </header>
      <nav id="pages" aria-label={say('navigation')} class={open ? 'open' : ''}>
        <ul>
          <Entry to={[]} text={say('overview')} />
          <Entry to={['lineage']} text={say('lineage')} />
          <Entry to={['runs']} text={say('runs')} />
          <Entry to={['columns']} text={say('glossary')} />
          <Entry to={['changes']} text={say('changes')} number={site.runs.changed?.count} />
        </ul>
        <ul>
          {layersOf(site).map((layer) => (
            <Entry
              to={['layer', layer]}
              text={layer}
              dot={layer}
              number={site.nodes.filter((n) => n.layer === layer).length}
            />
          ))}
        </ul>
        <ul>
          {KINDS.map((kind) => ({ kind, number: site.ofType(kind).length }))
            .filter(({ number }) => number > 0)
            .map(({ kind, number }) => (
              <Entry to={['list', kind]} text={kindName(kind, true)} dot={kind} number={number} />
            ))}
        </ul>
        <Choices />
        <p class="quiet">
          {engineName(site.index.engine)} · {site.index.madeBy}
          <br />
          {say('generated')}: {moment(site.runs.generatedAt)}
        </p>
      </nav>
      <main id="main">{children}</main>
    </>
  );
}

function Entry({
  to,
  text,
  dot,
  number,
}: {
  readonly to: readonly string[];
  readonly text: string;
  readonly dot?: string;
  readonly number?: number | undefined;
}): JSX.Element {
  const current = route.value.path.join('/') === to.join('/');
  return (
    <li>
      <a href={link(to)} aria-current={current ? 'page' : undefined}>
        {dot !== undefined && <i class={`dot kind-${dot}`} aria-hidden="true" />}
        <span>{text}</span>
        {number !== undefined && <span class="number quiet">{count(number)}</span>}
      </a>
    </li>
  );
}

/** The address must stay that of the page. */
function toMain(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('main h1')?.focus();
}

const Choices = (): JSX.Element => (
  <div class="choices">
    <label>
      <span>{say('theme')}</span>
      <select
        id="theme"
        value={theme.value}
        onChange={(event) => chooseTheme(event.currentTarget.value as Theme)}
      >
        {['auto', 'light', 'dark'].map((name) => (
          <option value={name}>{isWord(name) ? say(name) : name}</option>
        ))}
      </select>
    </label>
    <label>
      <span>{say('language')}</span>
      <select
        id="lang"
        value={lang.value}
        onChange={(event) => chooseLang(event.currentTarget.value as Lang)}
      >
        <option value="en">English</option>
        <option value="pt">Português</option>
      </select>
    </label>
  </div>
);
