// What the page says, in English and Portuguese.
import { lang } from './settings.ts';

const WORDS = {
  overview: ['Overview', 'Visão geral'],
  lineage: ['Lineage', 'Linhagem'],
  runs: ['Runs', 'Execuções'],
  glossary: ['Columns', 'Colunas'],
  search: ['Search', 'Busca'],
  searchHint: [
    'Search names, columns, descriptions, SQL',
    'Buscar nomes, colunas, descrições, SQL',
  ],
  searchResults: ['{0} results|{0} result', '{0} resultados|{0} resultado'],
  allResults: ['All results', 'Todos os resultados'],
  nothingFound: ['Nothing found.', 'Nada encontrado.'],
  nothingHere: ['Nothing here yet.', 'Nada aqui ainda.'],
  noSuchPage: ['There is no such page.', 'Esta página não existe.'],
  cannotLoad: [
    'This part of the data cannot be loaded.',
    'Esta parte dos dados não pôde ser carregada.',
  ],
  loading: ['Loading…', 'Carregando…'],
  skip: ['Skip to the content', 'Ir para o conteúdo'],
  navigation: ['Pages', 'Páginas'],
  menu: ['Menu', 'Menu'],
  theme: ['Theme', 'Tema'],
  auto: ['as the system', 'do sistema'],
  light: ['light', 'claro'],
  dark: ['dark', 'escuro'],
  language: ['Language', 'Idioma'],
  model: ['Model', 'Modelo'],
  models: ['Models', 'Modelos'],
  source: ['Source', 'Fonte'],
  sources: ['Sources', 'Fontes'],
  seed: ['Seed', 'Seed'],
  seeds: ['Seeds', 'Seeds'],
  snapshot: ['Snapshot', 'Snapshot'],
  snapshots: ['Snapshots', 'Snapshots'],
  test: ['Test', 'Teste'],
  tests: ['Tests', 'Testes'],
  unit_test: ['Unit test', 'Teste unitário'],
  unit_tests: ['Unit tests', 'Testes unitários'],
  macro: ['Macro', 'Macro'],
  macros: ['Macros', 'Macros'],
  exposure: ['Exposure', 'Exposição'],
  exposures: ['Exposures', 'Exposições'],
  analysis: ['Analysis', 'Análise'],
  analysiss: ['Analyses', 'Análises'],
  metric: ['Metric', 'Métrica'],
  metrics: ['Metrics', 'Métricas'],
  semantic_model: ['Semantic model', 'Modelo semântico'],
  semantic_models: ['Semantic models', 'Modelos semânticos'],
  saved_query: ['Saved query', 'Consulta salva'],
  saved_querys: ['Saved queries', 'Consultas salvas'],
  layers: ['Layers', 'Camadas'],
  layer: ['Layer', 'Camada'],
  name: ['Name', 'Nome'],
  type: ['Type', 'Tipo'],
  column: ['Column', 'Coluna'],
  columns: ['Columns', 'Colunas'],
  description: ['Description', 'Descrição'],
  rows: ['Rows', 'Linhas'],
  size: ['Size', 'Tamanho'],
  status: ['Status', 'Situação'],
  seconds: ['Time', 'Tempo'],
  thread: ['Thread', 'Thread'],
  message: ['Message', 'Mensagem'],
  failures: ['Failing rows', 'Linhas com falha'],
  tags: ['Tags', 'Tags'],
  tag: ['Tag', 'Tag'],
  path: ['Path', 'Caminho'],
  file: ['File', 'Arquivo'],
  package: ['Package', 'Pacote'],
  relation: ['Relation', 'Relação'],
  owner: ['Owner', 'Dono'],
  group: ['Group', 'Grupo'],
  access: ['Access', 'Acesso'],
  materialized: ['Materialized', 'Materialização'],
  strategy: ['Strategy', 'Estratégia'],
  uniqueKey: ['Unique key', 'Chave única'],
  contract: ['Contract enforced', 'Contrato exigido'],
  grants: ['Grants', 'Permissões'],
  severity: ['Severity', 'Severidade'],
  loader: ['Loader', 'Carregador'],
  loadedAt: ['Loaded at', 'Carregado em'],
  freshness: ['Freshness', 'Atualidade'],
  lastFreshness: ['Freshness when last checked', 'Atualidade na última verificação'],
  kind: ['Kind', 'Tipo'],
  maturity: ['Maturity', 'Maturidade'],
  arguments: ['Arguments', 'Argumentos'],
  deprecated: ['Deprecated from', 'Obsoleto a partir de'],
  relationKind: ['In the warehouse', 'No banco'],
  address: ['Address', 'Endereço'],
  meta: ['Meta', 'Meta'],
  reads: ['Reads', 'Lê'],
  readBy: ['Read by', 'Lido por'],
  uses: ['Uses macros', 'Usa macros'],
  usedBy: ['Used by', 'Usada por'],
  on: ['On', 'Em'],
  sql: ['SQL', 'SQL'],
  raw: ['As written', 'Como escrito'],
  compiled: ['Compiled', 'Compilado'],
  copy: ['Copy', 'Copiar'],
  copied: ['Copied', 'Copiado'],
  missing: ['not in the warehouse', 'não está no banco'],
  success: ['passed', 'passou'],
  warn: ['warning', 'aviso'],
  error: ['failed', 'falhou'],
  skipped: ['skipped', 'pulado'],
  none: ['not run', 'não executado'],
  cancelled: ['cancelled', 'cancelado'],
  unfinished: ['did not end', 'não terminou'],
  laterRun: [
    '{0} of {1} did not end: it was killed, or is still going on.',
    '{0} de {1} não terminou: foi interrompido, ou ainda está em andamento.',
  ],
  lastRun: ['Last run', 'Última execução'],
  noRun: ['There are no results of a run.', 'Não há resultados de execução.'],
  command: ['Command', 'Comando'],
  finished: ['Finished', 'Terminou'],
  problems: ['What failed', 'O que falhou'],
  allWell: ['Nothing failed.', 'Nada falhou.'],
  stale: ['Stale sources', 'Fontes desatualizadas'],
  checked: ['Checked', 'Verificado'],
  age: ['Age', 'Idade'],
  timeline: ['Timeline by thread', 'Linha do tempo por thread'],
  slowest: ['Slowest nodes', 'Nós mais lentos'],
  largest: ['Largest relations', 'Maiores relações'],
  generated: ['Generated', 'Gerado'],
  inSoMany: ['in {0} relations|in {0} relation', 'em {0} relações|em {0} relação'],
  undescribed: ['without a description', 'sem descrição'],
  described: ['Described', 'Descritos'],
  tested: ['Tested', 'Testados'],
  filter: ['Filter', 'Filtrar'],
  shown: ['{0} of {1}', '{0} de {1}'],
  more: ['Show all {0}', 'Mostrar todos os {0}'],
  select: ['Select, as with --select', 'Selecionar, como em --select'],
  selectHint: [
    '+customers+2 tag:nightly path:models/gold',
    '+clientes+2 tag:diario path:models/gold',
  ],
  everything: ['all', 'todos'],
  up: ['Up', 'Acima'],
  down: ['Down', 'Abaixo'],
  focus: ['Around', 'Em torno de'],
  fit: ['Fit', 'Ajustar'],
  zoomIn: ['Zoom in', 'Aproximar'],
  zoomOut: ['Zoom out', 'Afastar'],
  graphHelp: [
    'Graph: arrow keys choose, Enter opens, Shift and an arrow move, + and - zoom, 0 fits. The list tells the same.',
    'Grafo: setas escolhem, Enter abre, Shift e uma seta movem, + e - mudam o zoom, 0 ajusta. A lista diz o mesmo.',
  ],
  nodesInGraph: ['{0} nodes|{0} node', '{0} nós|{0} nó'],
  openLineage: ['Open in the lineage', 'Abrir na linhagem'],
  save: ['Save as', 'Salvar como'],
  history: ['Run history', 'Histórico de execuções'],
  earlierRuns: ['Earlier runs', 'Execuções anteriores'],
  failuresOverTime: ['Failures over time', 'Falhas ao longo do tempo'],
  changes: ['Changes', 'Mudanças'],
  noChanges: [
    'Nothing to tell: the change log begins with the second generation of the site.',
    'Nada a mostrar: o registro de mudanças começa na segunda geração do site.',
  ],
  changedSince: ['{0}, since {1}', '{0}, desde {1}'],
  andMore: ['and {0} more', 'e mais {0}'],
  added: ['added', 'adicionado'],
  removed: ['removed', 'removido'],
  changed: ['changed', 'alterado'],
  columnAdded: ['Column added', 'Coluna adicionada'],
  columnRemoved: ['Column removed', 'Coluna removida'],
  columnType: ['Type of', 'Tipo de'],
  columnDescription: ['Description of', 'Descrição de'],
  testAdded: ['Test added', 'Teste adicionado'],
  testRemoved: ['Test removed', 'Teste removido'],
  lines: ['{0} {1} lines', '{0} {1} linhas'],
  comesFrom: ['Comes from', 'Vem de'],
  goesInto: ['Goes into', 'Vai para'],
  lineageUnknown: ['Perhaps from more: {0}', 'Talvez venha de mais: {0}'],
  unchanged: ['copied', 'copiado'],
  computed: ['computed', 'calculado'],
  aggregated: ['aggregated', 'agregado'],
  columnLineage: ['Lineage of columns', 'Linhagem de colunas'],
  withRows: ['Also what only decides about rows', 'Também o que só decide quais linhas'],
  onlyRows: ['only decides about rows: {0}', 'só decide quais linhas: {0}'],
  filterBy: ['filter', 'filtro'],
  joinBy: ['join', 'junção'],
  groupBy: ['grouping', 'agrupamento'],
  orderBy: ['order', 'ordem'],
  asGraph: ['As a graph', 'Como grafo'],
  allColumns: ['all columns', 'todas as colunas'],
  noColumnLineage: [
    'Nothing is known of where these values come from. etl lineage finds it out; generate the site again afterwards.',
    'Não se sabe de onde vêm estes valores. etl lineage descobre; depois gere o site de novo.',
  ],
  traceCut: [
    'The way goes on: this picture ends at {0} columns.',
    'O caminho continua: esta figura termina em {0} colunas.',
  ],
  columnsInGraph: ['columns: {0}, relations: {1}', 'colunas: {0}, relações: {1}'],
  profile: ['Values', 'Valores'],
  nulls: ['{0} null', '{0} nulos'],
  lengths: ['lengths {0} to {1}', 'tamanhos de {0} a {1}'],
  fromTo: ['{0} to {1}', '{0} a {1}'],
  spread: [
    'How many values lie in each tenth between the ends: {0}',
    'Quantos valores há em cada décimo entre os extremos: {0}',
  ],
  ofAllRows: ['Values: of all {0} rows.', 'Valores: de todas as {0} linhas.'],
  ofSample: ['Values: of a sample of {0} rows.', 'Valores: de uma amostra de {0} linhas.'],
  ofFirstRows: ['Values: of the first {0} rows.', 'Valores: das primeiras {0} linhas.'],
  asTable: ['As a table', 'Como tabela'],
  when: ['When', 'Quando'],
  barsTold: [
    '{0}, runs: {1}, the last {2}, the highest {3}',
    '{0}, execuções: {1}, a última {2}, a maior {3}',
  ],
} as const;

export type Word = keyof typeof WORDS;
export const isWord = (key: string): key is Word => Object.hasOwn(WORDS, key);

/** A text in the language of the reader; `{0}` is the first of `values`, and what follows `|` is said when that is one. */
export function say(word: Word, ...values: readonly (string | number)[]): string {
  const [english, portuguese] = WORDS[word];
  const [many = '', one = many] = (lang.value === 'pt' ? portuguese : english).split('|');
  return (String(values[0]) === '1' ? one : many).replaceAll(/\{(\d)\}/g, (_, i: string) =>
    String(values[Number(i)] ?? ''),
  );
}
const ENGINES: ReadonlyMap<string, string> = new Map([
  ['postgres', 'Postgres'],
  ['clickhouse', 'ClickHouse'],
]);
/** An engine as it writes itself. */
export const engineName = (type: string): string => ENGINES.get(type) ?? type;

/** The name of a kind of node; kinds that are not known keep their own. */
export const kindName = (type: string, many: boolean = false): string => {
  const key = many ? `${type}s` : type;
  return isWord(key) ? say(key) : type;
};

/** `1 Source`, `2 Sources`. */
export const counted = (number: number, type: string): string =>
  `${count(number)} ${kindName(type, number !== 1)}`;

const HOW: ReadonlyMap<string, Word> = new Map([
  ['copied', 'unchanged'],
  ['computed', 'computed'],
  ['aggregated', 'aggregated'],
  ['filter', 'filterBy'],
  ['join', 'joinBy'],
  ['group', 'groupBy'],
  ['order', 'orderBy'],
]);
/** In which way a column takes part in another one. */
export const howWord = (how: string): string => {
  const word = HOW.get(how);
  return word === undefined ? how : say(word);
};

const locale = (): string => (lang.value === 'pt' ? 'pt-BR' : 'en');
export const count = (value: number): string => value.toLocaleString(locale());
/** `0.2 %`; what is more than nothing never reads as nothing. */
export const share = (part: number, whole: number): string =>
  (whole === 0 ? 0 : part / whole).toLocaleString(locale(), {
    style: 'percent',
    maximumSignificantDigits: 2,
  });
export function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  const step = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  const shown = value / 1024 ** step;
  return `${shown.toLocaleString(locale(), { maximumFractionDigits: shown < 10 && step > 0 ? 1 : 0 })} ${units[step] ?? ''}`;
}
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toLocaleString(locale(), { maximumFractionDigits: 1 })} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}
/** A moment as people write it, in the time of the reader; the text itself when it is none. */
export function moment(text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime())
    ? text
    : at.toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'short' });
}
