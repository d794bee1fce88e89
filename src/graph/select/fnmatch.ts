/** A test for a shell pattern as Python's fnmatch knows it: `*`, `?`, `[abc]`, `[!abc]`; case counts. */
export const fnmatch = (pattern: string): ((text: string) => boolean) =>
  matcher(translate(pattern, { star: '.*', one: '.' }));

/** A test for a path pattern: `*` and `?` stay within one folder, `**` crosses folders. */
export const globMatch = (pattern: string): ((path: string) => boolean) =>
  matcher(
    pattern
      .split('/')
      .map((segment, i, all) => {
        const isLast = i === all.length - 1;
        if (segment === '**') return isLast ? '.+' : '(?:[^/]+/)*';
        return translate(segment, { star: '[^/]*', one: '[^/]' }) + (isLast ? '' : '/');
      })
      .join(''),
  );

/** True when the text would be read as a pattern and not as a name. */
export const isPattern = (text: string): boolean => /[*?[\]]/.test(text);

function matcher(regex: string): (text: string) => boolean {
  try {
    const whole = new RegExp(`^(?:${regex})$`, 's');
    return (text) => whole.test(text);
  } catch {
    // only a reversed range like [z-a] comes here; Python reads it as a set without members
    return () => false;
  }
}

function translate(pattern: string, wild: { readonly star: string; readonly one: string }): string {
  return pattern.replace(
    /\*+|\?|\[(!?)(\]?[^\]]*)\]|[\s\S]/g,
    (token, negation: string | undefined, members: string | undefined) => {
      if (token.startsWith('*')) return wild.star;
      if (token === '?') return wild.one;
      if (members !== undefined && members !== '')
        return `[${negation === '!' ? '^' : ''}${members.replace(/[\\\]^[]/g, '\\$&')}]`;
      return token.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
    },
  );
}
