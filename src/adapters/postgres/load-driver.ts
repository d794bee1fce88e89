/**
 * What `load` gives, which loads the driver. The driver asks at its loading whether it runs at Cloudflare; without `navigator`, which
 * came with Node 21, it makes a `Response` to find out, for which Node compiles all of its `fetch`: longer than the whole start of a
 * command. So there is a `navigator` while it asks.
 */
export async function withNavigator<T>(load: () => Promise<T>): Promise<T> {
  if ('navigator' in globalThis) return load();
  const [major] = process.versions.node.split('.');
  Object.defineProperty(globalThis, 'navigator', {
    value: { userAgent: `Node.js/${major}` },
    configurable: true,
  });
  try {
    return await load();
  } finally {
    Reflect.deleteProperty(globalThis, 'navigator');
  }
}
