// Places of a text where the clock or the id of the invocation is printed, and nothing else can come of it.

const TEXT = String.raw`(?:"[^"{}\\]*"|'[^'{}\\]*')`;
const NOW = String.raw`modules\.datetime\.(?:datetime\.(?:now|utcnow|today)|date\.today)\(\)`;
const PART = String.raw`\.(?:year|month|day|hour|minute|second)\b|\.(?:isoformat|date|time)\(\)|\.strftime\(\s*${TEXT}\s*\)`;
const ZONE = String.raw`\.astimezone\(\s*modules\.pytz\.timezone\(\s*${TEXT}\s*\)\s*\)`;
const FILTER = String.raw`\s*\|\s*(?:string|upper|lower|trim)\b`;
const PRINT = new RegExp(
  String.raw`^\{\{[-+]?\s*(?:run_started_at|invocation_id|${NOW})(?:${PART}|${ZONE})*(?:${FILTER})*\s*[-+]?\}\}$`,
);

const BLOCK = /\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}/gs;
/** Statements that print what is between them where it stands: others keep it, and look at it later. */
const PASSES_ON =
  /^\{%[-+]?\s*(?:(?:if|elif|for|do)\b|(?:else|endif|endfor)\s*[-+]?%\}|set\s+\w+\s*=)/;

const isOdd = (block: string, quote: string): boolean => block.split(quote).length % 2 === 0;

/**
 * The text with blanks where it prints the clock or the id of the invocation and does nothing else with them; every other place stays
 * where it is. Undefined where there is no such place, or where what is printed may be looked at.
 */
export function withoutClockPrints(text: string): string | undefined {
  let isSure = true;
  const blank = text.replaceAll(BLOCK, (block) => {
    if (block.startsWith('{#')) return block;
    if (PRINT.test(block)) return block.replaceAll(/[^\n]/g, ' ');
    // a bracket inside a string would end a block too early here
    if (isOdd(block, '"') || isOdd(block, "'")) isSure = false;
    if (block.startsWith('{%') && !PASSES_ON.test(block)) isSure = false;
    return block;
  });
  return isSure && blank !== text ? blank : undefined;
}
