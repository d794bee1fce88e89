// Markdown of the project as elements. No HTML is ever made from it: what is HTML in the text is shown as text.
import { Lexer, type MarkedToken, type Token, type Tokens } from 'marked';
import type { ComponentChild, JSX } from 'preact';
import { Sql } from './sql.tsx';
import { decoded } from '../../text/entities.ts';
import { safeAddress } from '../../text/address.ts';

export function Markdown({ text }: { readonly text: string }): JSX.Element {
  return <div class="markdown">{nodes(new Lexer({ gfm: true }).lex(text))}</div>;
}

const nodes = (tokens: readonly Token[] | undefined): readonly ComponentChild[] =>
  (tokens ?? []).map((token) => node(token));

/** One token. The headings of the page stand above those of a description. */
function node(token: Token): ComponentChild {
  const known = token as MarkedToken;
  switch (known.type) {
    case 'heading':
      return known.depth <= 2 ? <h3>{nodes(known.tokens)}</h3> : <h4>{nodes(known.tokens)}</h4>;
    case 'paragraph':
      return <p>{nodes(known.tokens)}</p>;
    case 'blockquote':
      return <blockquote>{nodes(known.tokens)}</blockquote>;
    case 'code':
      return <Sql text={known.text} />;
    case 'hr':
      return <hr />;
    case 'list':
      return list(known);
    case 'table':
      return table(known);
    case 'strong':
      return <strong>{nodes(known.tokens)}</strong>;
    case 'em':
      return <em>{nodes(known.tokens)}</em>;
    case 'del':
      return <del>{nodes(known.tokens)}</del>;
    case 'codespan':
      return <code>{known.text}</code>;
    case 'br':
      return <br />;
    case 'checkbox':
      return known.checked ? '☑ ' : '☐ ';
    case 'link':
      return anchor(known.href, nodes(known.tokens));
    case 'image':
      // nothing is ever loaded from elsewhere
      return anchor(known.href, decoded(known.text === '' ? known.href : known.text));
    case 'space':
    case 'def':
      return null;
    case 'html':
      return known.raw;
    default:
      return 'tokens' in token && token.tokens !== undefined
        ? nodes(token.tokens)
        : decoded('text' in token ? String(token.text as string) : token.raw);
  }
}

function anchor(href: string, content: ComponentChild): ComponentChild {
  const address = safeAddress(href);
  if (address === undefined) return content;
  return (
    <a href={address} target="_blank" rel="noopener noreferrer">
      {content}
    </a>
  );
}

function list({ ordered, start, items }: Tokens.List): ComponentChild {
  const entries = items.map((item) => <li>{nodes(item.tokens)}</li>);
  return ordered ? <ol start={start === '' ? 1 : start}>{entries}</ol> : <ul>{entries}</ul>;
}

const table = ({ header, rows }: Tokens.Table): ComponentChild => (
  <div class="wide">
    <table>
      <thead>
        <tr>
          {header.map((cell) => (
            <th>{nodes(cell.tokens)}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr>
            {row.map((cell) => (
              <td>{nodes(cell.tokens)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
