// The site in the browser. The page loads this first, then its data.
import { render, type JSX } from 'preact';
import { Frame } from './frame.tsx';
import { listen, loadIndex, loadRuns } from './loader.ts';
import { Changes } from './pages/changes.tsx';
import { ColumnLineage } from './pages/column-lineage.tsx';
import { Glossary, Layer, List, SearchPage } from './pages/lists.tsx';
import { Lineage } from './pages/lineage.tsx';
import { NodePage } from './pages/node.tsx';
import { Overview } from './pages/overview.tsx';
import { Runs } from './pages/runs.tsx';
import { Title } from './parts/basics.tsx';
import { followAddress, route } from './route.ts';
import { applySettings } from './settings.ts';
import { openSite, type Site } from './site.ts';
import { say } from './words.ts';

function Page({ site }: { readonly site: Site }): JSX.Element {
  const [kind, name = ''] = route.value.path;
  switch (kind) {
    case undefined:
      return <Overview site={site} />;
    case 'lineage':
      return name === 'columns' ? <ColumnLineage site={site} /> : <Lineage site={site} />;
    case 'runs':
      return <Runs site={site} />;
    case 'changes':
      return <Changes site={site} />;
    case 'columns':
      return <Glossary site={site} />;
    case 'search':
      return <SearchPage site={site} />;
    case 'list':
      return <List site={site} kind={name} />;
    case 'layer':
      return <Layer site={site} layer={name} />;
    default: {
      const node = kind === 'node' ? site.byId(name) : undefined;
      return node === undefined ? (
        <Title>{say('noSuchPage')}</Title>
      ) : (
        <NodePage site={site} node={node} />
      );
    }
  }
}

const App = ({ site }: { readonly site: Site }): JSX.Element => (
  <Frame site={site}>
    <Page site={site} />
  </Frame>
);

async function start(): Promise<void> {
  const [index, runs] = await Promise.all([loadIndex(), loadRuns()]);
  performance.mark('etl-data');
  const site = openSite(index, runs);
  const root = document.getElementById('app');
  if (root === null) return;
  render(<App site={site} />, root);
  performance.mark('etl-ready');
}

listen();
applySettings();
followAddress();
void start();
