import { useMemo } from 'preact/hooks';
import type { JSX } from 'preact';
import { isDrawn } from '../../data/drawn.ts';
import { reachable } from '../../graph/picture.ts';
import { selectorOf, type Selected } from '../../graph/selection.ts';
import { Graph } from '../graph/graph.tsx';
import { layersOf, Nothing, Title } from '../parts/basics.tsx';
import { route, setQuery } from '../route.ts';
import { healthOf, type Site, type SiteNode } from '../site.ts';
import { isWord, say } from '../words.ts';

const KEYS = ['select', 'focus', 'up', 'down', 'layer', 'tag', 'path', 'status'] as const;
type Wanted = Readonly<Record<(typeof KEYS)[number], string>>;
const STATUSES = ['error', 'warn', 'success', 'skipped', 'none'] as const;

/** The graph of the project, or of what the filters leave; all of it stands in the address. */
export function Lineage({ site }: { readonly site: Site }): JSX.Element {
  const { query } = route.value;
  const wanted = Object.fromEntries(KEYS.map((key) => [key, query.get(key) ?? ''])) as Wanted;
  const set = (key: (typeof KEYS)[number]) => (value: string) =>
    setQuery({ ...wanted, [key]: value });
  const choose = useMemo(() => selectorOf(site.index), [site]);
  const { places, problems } = useMemo(
    () => chosen(site, wanted, choose),
    [site, JSON.stringify(wanted)],
  );
  const tags = useMemo(
    () => [...new Set(site.nodes.flatMap((node) => node.tags ?? []))].sort(),
    [site],
  );
  const focus = site.byId(wanted.focus);
  return (
    <>
      <Title>{say('lineage')}</Title>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Text
          name="select"
          label={say('select')}
          hint={say('selectHint')}
          value={wanted.select}
          set={set('select')}
        />
        <Text
          name="path"
          label={say('path')}
          hint="models/"
          value={wanted.path}
          set={set('path')}
        />
        {layersOf(site).length > 0 && (
          <Choice
            name="layer"
            label={say('layer')}
            value={wanted.layer}
            options={layersOf(site)}
            set={set('layer')}
          />
        )}
        {tags.length > 0 && (
          <Choice
            name="tag"
            label={say('tag')}
            value={wanted.tag}
            options={tags}
            set={set('tag')}
          />
        )}
        <Choice
          name="status"
          label={say('status')}
          value={wanted.status}
          options={STATUSES}
          set={set('status')}
        />
        {focus !== undefined && (
          <>
            <Steps name="up" label={say('up')} value={wanted.up} set={set('up')} />
            <Steps name="down" label={say('down')} value={wanted.down} set={set('down')} />
            <button type="button" onClick={() => set('focus')('')}>
              {say('focus')} {focus.name} ✕
            </button>
          </>
        )}
      </form>
      {problems.map((problem) => (
        <p class="problem" role="alert">
          {problem}
        </p>
      ))}
      {places.size === 0 ? (
        <Nothing />
      ) : (
        <Graph
          site={site}
          places={places}
          focus={focus?.place}
          fileName={`${site.index.project}-lineage`}
        />
      )}
    </>
  );
}

/** One step where nothing is said: who opens a large project must not wait for all of it. */
export const stepsOf = (text: string): number => {
  const steps = Number.parseInt(text, 10);
  return Number.isNaN(steps) || steps < 0 ? 1 : steps;
};

function chosen(site: Site, wanted: Wanted, choose: (text: string) => Selected): Selected {
  const selected = wanted.select.trim() === '' ? undefined : choose(wanted.select);
  const focus = site.byId(wanted.focus);
  const around =
    focus === undefined
      ? undefined
      : new Set([
          ...reachable([focus.place], (place) => site.parents[place] ?? [], stepsOf(wanted.up)),
          ...reachable([focus.place], (place) => site.children[place] ?? [], stepsOf(wanted.down)),
        ]);
  const path = wanted.path.toLowerCase();
  const isWanted = (node: SiteNode): boolean =>
    isDrawn(node.type) &&
    (selected === undefined || selected.places.has(node.place)) &&
    (around === undefined || around.has(node.place)) &&
    (wanted.layer === '' || node.layer === wanted.layer) &&
    (wanted.tag === '' || node.tags?.includes(wanted.tag) === true) &&
    (path === '' || node.path?.toLowerCase().includes(path) === true) &&
    (wanted.status === '' || healthOf(site, node) === wanted.status);
  return {
    places: new Set(site.nodes.filter(isWanted).map(({ place }) => place)),
    problems: selected?.problems ?? [],
  };
}

interface Field {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly set: (value: string) => void;
}

const Text = ({
  name,
  label,
  hint,
  value,
  set,
}: Field & { readonly hint: string }): JSX.Element => (
  <label class={`field field-${name}`}>
    <span>{label}</span>
    <input
      type="text"
      name={name}
      value={value}
      placeholder={hint}
      spellcheck={false}
      onInput={(event) => set(event.currentTarget.value)}
    />
  </label>
);

const Choice = ({
  name,
  label,
  value,
  options,
  set,
}: Field & { readonly options: readonly string[] }): JSX.Element => (
  <label class="field">
    <span>{label}</span>
    <select name={name} value={value} onChange={(event) => set(event.currentTarget.value)}>
      <option value="">{say('everything')}</option>
      {options.map((option) => (
        <option value={option}>{name === 'status' && isWord(option) ? say(option) : option}</option>
      ))}
    </select>
  </label>
);

export const Steps = ({ name, label, value, set }: Field): JSX.Element => (
  <label class="field steps">
    <span>{label}</span>
    <input
      type="number"
      name={name}
      min={0}
      max={99}
      value={stepsOf(value)}
      onInput={(event) => set(event.currentTarget.value)}
    />
  </label>
);
