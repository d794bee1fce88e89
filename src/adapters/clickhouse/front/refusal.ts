// Errors as ClickHouse answers them over HTTP: a status, a code in a header, the text with its name and the version.

/** What the front itself refuses, in the engine's own form. */
export class FrontError extends Error {
  constructor(code: number, text: string, name: string) {
    super(`Code: ${code}. DB::Exception: ${text} (${name})`);
  }
}

/** Those that a client may act on; everything else is 500, as on a server. */
const STATUS: Readonly<Record<number, number>> = {
  6: 400,
  26: 400,
  27: 400,
  36: 400,
  38: 400,
  41: 400,
  46: 404,
  47: 404,
  48: 501,
  50: 404,
  53: 400,
  56: 404,
  60: 404,
  62: 400,
  72: 400,
  73: 404,
  78: 404,
  81: 404,
  89: 400,
  115: 404,
  159: 408,
  191: 413,
  192: 403,
  193: 403,
  194: 401,
  209: 503,
  497: 403,
  511: 403,
  516: 403,
};

export interface Refusal {
  readonly code: number;
  readonly status: number;
  /** ends with a line break */
  readonly text: string;
}

/** How an error of the engine, or one of the front's own, is told. */
export function refusalOf(error: unknown, version: string): Refusal {
  const message = error instanceof Error ? error.message : String(error);
  const code = Number(/Code: (\d+)/.exec(message)?.[1] ?? 1002);
  const whole = message.startsWith('Code:')
    ? message
    : `Code: ${code}. DB::Exception: ${message} (UNKNOWN_EXCEPTION)`;
  return {
    code,
    status: STATUS[code] ?? 500,
    text: `${whole} (version ${version} (official build))\n`,
  };
}

/** What ends a body that was begun before the error: servers since 25.11 write it so, and clients find it by the tag. */
export function exceptionBlock({ text }: Refusal, tag: string): string {
  const mark = '__exception__';
  return `\r\n${mark}\r\n${tag}\r\n${text}${Buffer.byteLength(text)} ${tag}\r\n${mark}\r\n`;
}
