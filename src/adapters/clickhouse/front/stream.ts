// A result piece by piece. The engine writes each piece as if it were all there is, so only some formats can be put together again.

/** Formats whose pieces, one after the other, are the whole. */
const PLAIN =
  /^(TSV|TabSeparated|TSVRaw|TabSeparatedRaw|CSV|JSONEachRow|JSONLines|NDJSON|JSONCompactEachRow|JSONStringsEachRow|JSONCompactStringsEachRow|LineAsString|TSKV|Native|RowBinary|MsgPack)$/;

/** Formats that begin with lines of names; each piece has them anew. */
const HEADED =
  /^(?:TSV|TabSeparated|CSV|JSONCompactEachRow|JSONCompactStringsEachRow)WithNames(AndTypes)?$/;

export const isStreamable = (format: string): boolean => PLAIN.test(format) || HEADED.test(format);

/** Length of the first `lines` lines; a line break between quotes belongs to a name of CSV. */
function headerLength(piece: Uint8Array, lines: number, isCsv: boolean): number {
  let isQuoted = false;
  let left = lines;
  for (const [i, byte] of piece.entries()) {
    if (isCsv && byte === 0x22) isQuoted = !isQuoted;
    if (byte === 0x0a && !isQuoted && --left === 0) return i + 1;
  }
  return piece.length;
}

/** Takes the header off every piece but the first. */
export function stitcher(format: string): (piece: Uint8Array) => Uint8Array {
  const headed = HEADED.exec(format);
  if (headed === null) return (piece) => piece;
  const lines = headed[1] === undefined ? 1 : 2;
  let header: number | undefined;
  return (piece) => {
    if (header !== undefined) return piece.subarray(header);
    header = headerLength(piece, lines, format.startsWith('CSV'));
    return piece;
  };
}
