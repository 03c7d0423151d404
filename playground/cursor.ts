/** Where a cursor stands among the literals of a GraphQL operation, or of the JSON of its variables. */

export interface CursorPlace {
  /** The keys around the cursor, outermost first: `['input', 'rows', 'values']`. Ends with the key of the value at the cursor. */
  readonly path: readonly string[];
  readonly expects: 'key' | 'value';
  /** What is written between `start` and the cursor. */
  readonly typed: string;
  /** The offsets of the word at the cursor, without its quotes. */
  readonly start: number;
  readonly end: number;
  readonly isQuoted: boolean;
  /** A scalar of the innermost object outside of `path[depth]` that has one of that name; null if none has. */
  scalar(name: string, depth: number): string | null;
}

interface Token {
  readonly kind: 'text' | 'word' | 'mark';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** An object, list or list of arguments that is open at the cursor. */
interface Frame {
  readonly open: string;
  /** The key or field that the frame belongs to; null of selections and list elements. */
  readonly name: string | null;
  /** What stands in the frame beside others, by key. */
  readonly scalars: Map<string, string>;
  /** The key before the colon, whose value comes next. */
  key: string | null;
  last: string | null;
}

const TOKEN = /#[^\n]*|("""[^]*?(?:"""|$))|"((?:[^"\\\n]|\\.)*)(?:"|(?=\n)|$)|([$\w][\w.-]*)|[{}()[\]:]/g;

function* tokens(text: string): Generator<Token> {
  for (const match of text.matchAll(TOKEN)) {
    const [all, block, quoted, word] = match;
    const { index } = match;
    if (all.startsWith('#')) continue;
    if (block !== undefined)
      yield { kind: 'text', text: block.slice(3, -3), start: index + 3, end: index + all.length - 3 };
    else if (quoted !== undefined)
      yield { kind: 'text', text: quoted, start: index + 1, end: index + 1 + quoted.length };
    else yield { kind: word === undefined ? 'mark' : 'word', text: all, start: index, end: index + all.length };
  }
}

const newFrame = (open: string, name: string | null): Frame => ({
  open,
  name,
  scalars: new Map(),
  key: null,
  last: null,
});

/** The open frames of a text, from the text's start to the token that was read last. */
class Nesting {
  private readonly frames: Frame[] = [newFrame('', null)];

  get top(): Frame {
    return this.frames.at(-1) ?? newFrame('', null);
  }

  get open(): readonly Frame[] {
    return [...this.frames];
  }

  read({ kind, text }: Token): void {
    const frame = this.top;
    if (kind !== 'mark') this.readScalar(frame, text);
    else if (text === ':') {
      // A key without a value has taken the next key for its value.
      for (const [key, value] of frame.scalars)
        if (value === frame.last && frame.key === null) frame.scalars.delete(key);
      frame.key = frame.last;
    } else if (text === '(') this.frames.push(newFrame(text, frame.last));
    else if (text === '{' || text === '[') {
      this.frames.push(newFrame(text, frame.open === '[' ? null : frame.key));
      frame.key = null;
    } else if (this.frames.length > 1) this.frames.pop();
  }

  private readScalar(frame: Frame, text: string): void {
    if (frame.key !== null) frame.scalars.set(frame.key, text);
    frame.key = null;
    frame.last = text;
  }
}

/** The place at an offset of a text; null inside comments. */
export function placeAt(text: string, offset: number): CursorPlace | null {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  if (/^[^"]*#/.test(text.slice(lineStart, offset))) return null;
  const nesting = new Nesting();
  let found: { readonly frames: readonly Frame[]; readonly key: string | null; readonly token: Token | null } | null =
    null;
  for (const token of tokens(text)) {
    const isAt = token.kind !== 'mark' && token.start <= offset && offset <= token.end;
    if (found === null && (isAt || token.start >= offset))
      found = { frames: nesting.open, key: nesting.top.key, token: isAt ? token : null };
    nesting.read(token);
  }
  const { frames, key, token } = found ?? { frames: nesting.open, key: nesting.top.key, token: null };
  const named = frames.filter(({ name }) => name !== null);
  const isElement = frames.at(-1)?.open === '[';
  const start = token?.start ?? offset;
  return {
    path: [...named.map(({ name }) => name ?? ''), ...(key === null ? [] : [key])],
    expects: isElement || key !== null ? 'value' : 'key',
    typed: text.slice(start, offset),
    start,
    end: token?.end ?? offset,
    isQuoted: token?.kind === 'text',
    scalar: (name, depth) => {
      const limit = named[depth] ? frames.indexOf(named[depth]) : frames.length;
      return (
        frames
          .slice(0, limit)
          .findLast(({ scalars }) => scalars.has(name))
          ?.scalars.get(name) ?? null
      );
    },
  };
}
