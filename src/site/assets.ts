// What makes the page look and behave; it stands in the page itself, so that the page asks for nothing else.

export const STYLE: string = `
:root { color-scheme: light dark; --line: light-dark(#d8dce2, #3a3f47); --quiet: light-dark(#5a6472, #9aa4b2);
  --code: light-dark(#f4f6f8, #1b1f24); --accent: light-dark(#0b57d0, #8ab4f8); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem 1.25rem 4rem; font: 16px/1.5 system-ui, sans-serif;
  background: light-dark(#fff, #111418); color: light-dark(#1b1f24, #e6e8eb); }
header { position: sticky; top: 0; padding: .5rem 0; background: inherit; border-bottom: 1px solid var(--line); }
h1 { font-size: 1.4rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; text-transform: capitalize; }
h3 { font-size: .95rem; margin: 1rem 0 .25rem; }
p { margin: .25rem 0; white-space: pre-line; }
.quiet { color: var(--quiet); font-size: .9rem; }
input { font: inherit; width: 100%; padding: .4rem .6rem; margin-top: .5rem; border: 1px solid var(--line); border-radius: .4rem; }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .4rem 0; padding: 0 .8rem; }
details[open] { padding-bottom: .8rem; }
details details { padding-bottom: 0; }
summary { cursor: pointer; padding: .45rem 0; overflow-wrap: anywhere; }
.name { font-weight: 600; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); }
pre { background: var(--code); padding: .75rem; overflow-x: auto; border-radius: .4rem; font-size: .85rem; }
a { color: var(--accent); }
ul { margin: .25rem 0; padding-left: 1.2rem; }
[hidden] { display: none; }
`;

export const SCRIPT: string = `
const filter = document.getElementById('filter');
const nodes = [...document.querySelectorAll('details[data-text]')];
const sections = [...document.querySelectorAll('main > section')];
function apply() {
  const words = filter.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let shown = 0;
  for (const node of nodes) {
    node.hidden = !words.every((word) => node.dataset.text.includes(word));
    if (!node.hidden) shown++;
  }
  for (const section of sections)
    section.hidden = !section.querySelector('details[data-text]:not([hidden])');
  document.getElementById('nothing').hidden = shown > 0;
}
function open() {
  const node = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!node) return;
  if (node.hidden) { filter.value = ''; apply(); }
  node.open = true;
  node.scrollIntoView({ block: 'center' });
}
filter.addEventListener('input', apply);
addEventListener('hashchange', open);
apply();
open();
`;
