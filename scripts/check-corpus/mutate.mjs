// Faults, seeded into valid templates by text alone: one fault for each mutant, at a line that is known.

/** Template code, comments and strings, as blanks of the same length: faults are seeded into what is left. */
const visible = (text) =>
  text.replace(/\{#[\s\S]*?#\}|\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}|--[^\n]*|'(?:[^']|'')*'/g, (part) =>
    part.replace(/[^\n]/g, ' '),
  );

const lineAt = (text, offset) => text.slice(0, offset).split('\n').length;

/** Every place where `pattern` matches visible SQL, exchanged for what `put` makes of the match; one mutant for each. */
function* exchanged(kind, text, pattern, put) {
  for (const match of visible(text).matchAll(pattern)) {
    const made = put(match);
    if (made === undefined) continue;
    const [from, to, word] = made;
    yield {
      kind,
      text: text.slice(0, match.index + from) + word + text.slice(match.index + to),
      line: lineAt(text, match.index + from),
    };
  }
}

const REFERENCE = /\b([a-z]\w*)\.([a-z]\w*)\b/g;
const AGGREGATE = /\b(sum|min|max)\(/g;

/** What each engine cannot do with a column of any type. */
const CLASH = {
  postgres: (column) => `(${column} and 1)`,
  clickhouse: (column) => `(${column} + map('a', 1))`,
};
const OTHER_ENGINE = {
  postgres: (column) => `toString(${column})`,
  clickhouse: (column) => `jsonb_typeof(${column})`,
};

const whole =
  (make) =>
  ([found]) => [0, found.length, make(found)];

const RELATION = /\bfrom (\{\{[^{}]*\}\}|[a-z_]\w*) as ([a-z]\w*)\b/g;

/** The relation of a query once more beside itself: by another name, with a column of it left unqualified, or by the same name. */
function* ambiguous(text) {
  const names = [...text.matchAll(/\bas ([a-z]\w*)\b/g)].map((m) => m[1]);
  for (const found of text.matchAll(RELATION)) {
    const [whole, relation, alias] = found;
    if (names.filter((name) => name === alias).length > 1) continue;
    const end = found.index + whole.length;
    const twice = (other) => `${text.slice(0, end)} cross join ${relation} as ${other}`;
    yield {
      kind: 'ambiguous relation',
      text: twice(alias) + text.slice(end),
      line: lineAt(text, end),
    };
    for (const match of visible(text).matchAll(REFERENCE)) {
      const line = lineAt(text, match.index);
      const inOrder = /^\s*order by/.test(text.split('\n')[line - 1]);
      if (match[1] !== alias || (match.index > found.index && match.index < end) || inOrder)
        continue;
      const after = match.index + match[0].length;
      const joined = twice(`${alias}_zz`);
      yield {
        kind: 'ambiguous column',
        text:
          match.index < end
            ? text.slice(0, match.index) + match[2] + joined.slice(after) + text.slice(end)
            : joined + text.slice(end, match.index) + match[2] + text.slice(after),
        line,
      };
    }
  }
}

/** All mutants of one template. */
export function* mutantsOf(text, engine) {
  yield* exchanged('wrong column', text, REFERENCE, (m) => [m[0].length, m[0].length, '_zz']);
  yield* exchanged('wrong table', text, /\b(?:from|join) ([a-z_]\w*) as\b/g, (m) => {
    const at = m[0].indexOf(m[1]) + m[1].length;
    return [at, at, '_zz'];
  });
  for (const match of text.matchAll(/\{\{ (?:ref|source)\([^)]*\) \}\}/g))
    yield {
      kind: 'wrong table',
      text: `${text.slice(0, match.index)}nowhere.at_all${text.slice(match.index + match[0].length)}`,
      line: lineAt(text, match.index),
    };
  yield* ambiguous(text);
  yield* exchanged('type clash', text, REFERENCE, whole(CLASH[engine]));
  yield* exchanged('missing function', text, /\b(sum|min|max|count|coalesce|lower)\(/g, (m) => [
    0,
    m[1].length,
    `${m[1]}_zz`,
  ]);
  yield* exchanged('other engine', text, REFERENCE, whole(OTHER_ENGINE[engine]));
  yield* exchanged('wrong arity', text, AGGREGATE, (m) => [m[0].length, m[0].length, '1, 2, ']);
  yield* exchanged('aggregate in where', text, /\bwhere /g, (m) => [
    m[0].length,
    m[0].length,
    'count(*) > 1 and ',
  ]);
  yield* exchanged('bad group by', text, /\bgroup by ([^\n)]+)/g, (m) => {
    const [first] = m[1].split(',');
    return m[1].includes(',')
      ? [m[0].indexOf(m[1]), m[0].indexOf(m[1]) + first.length + 1, '']
      : undefined;
  });
  yield* exchanged(
    'syntax',
    text,
    /\bfrom /g,
    whole(() => 'form '),
  );
  yield* exchanged('syntax', text, /,\n/g, (m) => [0, m[0].length, ',,\n']);
  const columns = Array.from({ length: 24 }, (_, i) => i).join(', ');
  yield {
    kind: 'union width',
    text: `${text.trimEnd()}\nunion all select ${columns}\n`,
    line: lineAt(text.trimEnd(), text.length) + 1,
  };
}

/** Kinds of which fewer are taken than of others, and why one that is not caught is none to an engine. */
export const LEGAL = {
  clickhouse: { 'ambiguous column': 'of several tables that have it, the first is meant' },
};
export const FEWER = { 'ambiguous column': 16 };

/** Faults whose place the engine chooses: a column that is not grouped is named where it is read, and
 * Postgres names no place for a relation that is there twice. */
export const UNPLACED = new Set(['bad group by', 'ambiguous relation']);
