import { useLayoutEffect, useRef } from 'preact/hooks';
import { Fragment, type ComponentChildren, type JSX } from 'preact';
import { LAYERS } from '../../layers.ts';
import { hasMoved, link, nodeLink, route } from '../route.ts';
import { healthOf, type Site, type SiteNode, type Status } from '../site.ts';
import { isWord, kindName, say } from '../words.ts';

const SIGNS: Readonly<Record<Status, string>> = {
  success: '✓',
  warn: '!',
  error: '✗',
  skipped: '–',
  none: '·',
};

/** A status as a sign and a word: never as a colour alone. */
export const StatusBadge = ({
  status,
  quiet = false,
}: {
  readonly status: Status;
  readonly quiet?: boolean;
}): JSX.Element => (
  <span class={`status status-${status}`} title={say(status)}>
    <span aria-hidden="true">{SIGNS[status]}</span>
    <span class={quiet ? 'hidden-text' : ''}> {say(status)}</span>
  </span>
);

export const KindBadge = ({ node }: { readonly node: SiteNode }): JSX.Element => (
  <span class={`kind kind-${node.layer ?? node.type}`}>{kindName(node.type)}</span>
);

export const NodeLink = ({ node }: { readonly node: SiteNode }): JSX.Element => (
  <a href={nodeLink(node.id)} class="node-link">
    <i class={`dot kind-${node.layer ?? node.type}`} aria-hidden="true" />
    <Name text={node.name} />
  </a>
);

/** A name that may be broken after its underscores, dots and slashes, where it is longer than the line. */
export const Name = ({ text }: { readonly text: string }): JSX.Element => (
  <span>
    {text.split(/(?<=[_./])/).map((part, i) => (
      <Fragment key={i}>
        {i > 0 && <wbr />}
        {part}
      </Fragment>
    ))}
  </span>
);

export const Tags = ({ tags }: { readonly tags: readonly string[] | undefined }): JSX.Element => (
  <>
    {(tags ?? []).map((tag) => (
      <a class="tag" href={link(['lineage'], { select: `tag:${quoted(tag)}` })}>
        {tag}
      </a>
    ))}
  </>
);
const quoted = (text: string): string => (/[\s,]/.test(text) ? `"${text}"` : text);

/** Page headings take the focus when the page changes, so that readers of screens hear where they are. */
export function Title({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  const here = route.value.path.slice(0, 2).join('/');
  useLayoutEffect(() => {
    // who has begun to type goes on typing
    const isTyping = /^(INPUT|SELECT)$/.test(document.activeElement?.tagName ?? '');
    if (hasMoved() && !isTyping) heading.current?.focus({ preventScroll: true });
  }, [here]);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {typeof children === 'string' ? <Name text={children} /> : children}
    </h1>
  );
}

export const Section = ({
  title,
  id,
  children,
}: {
  readonly title: string;
  readonly id?: string;
  readonly children: ComponentChildren;
}): JSX.Element => (
  <section id={id}>
    <h2>{title}</h2>
    {children}
  </section>
);

/** What may be wider than the screen; it scrolls by itself, with the keyboard too. */
export const Wide = ({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}): JSX.Element => (
  <div class="wide" tabIndex={0} role="region" aria-label={label}>
    {children}
  </div>
);

export const Facts = ({
  facts,
}: {
  readonly facts: readonly (readonly [title: string, value: ComponentChildren])[];
}): JSX.Element => (
  <dl class="facts">
    {facts
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([title, value]) => (
        <div>
          <dt>{isWord(title) ? say(title) : title}</dt>
          <dd>{value}</dd>
        </div>
      ))}
  </dl>
);

export const Nothing = (): JSX.Element => <p class="quiet">{say('nothingHere')}</p>;

/** Health of a node where a list has little room. */
export const Health = ({
  site,
  node,
}: {
  readonly site: Site;
  readonly node: SiteNode;
}): JSX.Element => <StatusBadge status={healthOf(site, node)} quiet />;

export const layersOf = (site: Site): readonly string[] =>
  LAYERS.filter((layer) => site.nodes.some((node) => node.layer === layer));
