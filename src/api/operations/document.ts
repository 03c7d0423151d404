/** Parses GraphQL documents safely: the parser is recursive and stores every token in memory. */
import { type DocumentNode, GraphQLError, Lexer, parse, Source, TokenKind } from 'graphql';
import { assertWithin, type OperationLimits } from './limits';

const OPENING: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/** Counts `#`, because the lexer reads any number of comments at once. Apart from comments, only long quoted texts contain as many. */
function assertFewComments(text: string, limits: OperationLimits): void {
  let count = 0;
  for (let at = text.indexOf('#'); at >= 0; at = text.indexOf('#', at + 1)) count += 1;
  assertWithin(limits, 'operationTokens', count);
}

/** Counts tokens, levels of fields, and levels of values within the parentheses of arguments. */
function assertFewTokens(text: string, limits: OperationLimits): void {
  const lexer = new Lexer(new Source(text));
  let tokens = 0;
  let fields = 0;
  let values = 0;
  for (let { kind } = lexer.advance(); kind !== TokenKind.EOF; { kind } = lexer.advance()) {
    tokens += 1;
    assertWithin(limits, 'operationTokens', tokens, true);
    const step = Number(OPENING.has(kind)) - Number(CLOSING.has(kind));
    if (values > 0 || kind === TokenKind.PAREN_L) values += step;
    else fields += step;
    // The parentheses themselves are not a level.
    assertWithin(limits, 'valueDepth', values - 1, true);
    assertWithin(limits, 'operationDepth', fields, true);
  }
}

/** Parses a document; null if its syntax is wrong. Throws OPERATION_TOO_COMPLEX before it parses a document that is too large. */
export function parseWithin(limits: OperationLimits, text: string): DocumentNode | null {
  assertFewComments(text, limits);
  try {
    assertFewTokens(text, limits);
    return parse(text, { noLocation: true });
  } catch (error) {
    if (error instanceof GraphQLError) return null;
    throw error;
  }
}
