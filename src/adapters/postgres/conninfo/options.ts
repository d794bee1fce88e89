/** A setting of the session: its name and its value. */
export type Setting = readonly [name: string, value: string];

/** Words of a command line as the server splits them: a backslash keeps the next character. */
function words(text: string): readonly string[] {
  const found: string[] = [];
  let word: string | undefined;
  for (let i = 0; i < text.length; i++) {
    let c = text.charAt(i);
    if (/\s/.test(c)) {
      if (word !== undefined) found.push(word);
      word = undefined;
      continue;
    }
    if (c === '\\' && i + 1 < text.length) c = text.charAt(++i);
    word = (word ?? '') + c;
  }
  return word === undefined ? found : [...found, word];
}

/**
 * The settings of `options`: `-c name=value`, `-cname=value` and `--name=value`. Undefined when there is anything else in it, which
 * could not be applied behind a pooler.
 */
export function settingsIn(options: string): readonly Setting[] | undefined {
  const found: Setting[] = [];
  const list = words(options);
  for (let i = 0; i < list.length; i++) {
    const word = list[i] ?? '';
    const isLong = word.startsWith('--');
    if (!isLong && !word.startsWith('-c')) return undefined;
    const text = word.length > 2 ? word.slice(2) : (list[++i] ?? '');
    const equals = text.indexOf('=');
    const name = text.slice(0, Math.max(0, equals)).replaceAll('-', '_');
    if (!/^[A-Za-z_][\w.]*$/.test(name)) return undefined;
    found.push([name, text.slice(equals + 1)]);
  }
  return found;
}
