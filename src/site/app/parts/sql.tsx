import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { sqlTokens } from '../../text/sql-tokens.ts';
import { say } from '../words.ts';

/** Larger texts are shown without colours: a page of a hundred thousand pieces does not scroll. */
const LONGEST = 200_000;

export function Sql({ text }: { readonly text: string }): JSX.Element {
  const pieces =
    text.length > LONGEST
      ? text
      : sqlTokens(text).map(({ kind, text: piece }) =>
          kind === 'plain' ? piece : <span class={`sql-${kind}`}>{piece}</span>,
        );
  return (
    <div class="sql">
      <Copy text={text} />
      {/* a code block that scrolls must be reached by the keyboard */}
      <pre tabIndex={0}>
        <code>{pieces}</code>
      </pre>
    </div>
  );
}

export function Copy({ text }: { readonly text: string }): JSX.Element {
  const [done, setDone] = useState(false);
  const copy = (): void => {
    void copyText(text).then(() => {
      setDone(true);
      setTimeout(() => setDone(false), 1500);
    });
  };
  return (
    <button type="button" class="copy quiet-button" onClick={copy} aria-live="polite">
      {done ? say('copied') : say('copy')}
    </button>
  );
}

async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // the clipboard is for secure pages; the old way works everywhere
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
}
