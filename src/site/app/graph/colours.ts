import type { Colours } from './draw.ts';

/** The colours of the page as the style sheet has them just now: a canvas knows no variables. */
export function coloursOf(element: Element): Colours {
  const probe = document.createElement('i');
  element.append(probe);
  const colour = (name: string): string => {
    // light-dark() is worked out only where a colour is used
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const groups = ['bronze', 'silver', 'gold', 'source', 'seed', 'exposure', 'snapshot'];
  const byGroup = new Map(groups.map((group) => [group, colour(group)]));
  const plain = colour('plain');
  const found = {
    paper: colour('paper'),
    ink: colour('ink'),
    line: colour('edge'),
    box: colour('raised'),
    accent: colour('accent'),
    error: colour('error'),
    warn: colour('warn'),
    of: (group: string): string => byGroup.get(group) ?? plain,
  };
  probe.remove();
  return found;
}
