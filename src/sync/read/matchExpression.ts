/** `match_on` as a postfix expression (R4, R5), turned into alternatives that are looked up one by one. */

export interface Literal {
  readonly name: string;
  readonly negated: boolean;
}

/** Any of the alternatives, each of which is all of its literals. */
export type Alternatives = readonly (readonly Literal[])[];

type Expression =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'not'; readonly operand: Expression }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression };

const OPERATORS = new Set(['|', '&', '~']);
/** An expression may multiply out; what needs more lookups than this is nobody's key. */
const MOST_ALTERNATIVES = 64;

/** A name has at most so many words. */
const MOST_WORDS = 10;

/** Names and operators, separated by blanks or commas; several words are one name, the longest that there is. */
export function tokensOf(matchOn: string, isName: (text: string) => boolean): string[] {
  const words = [...matchOn.matchAll(/[^\s,]+/g)].map(({ 0: text, index }) => ({
    text,
    start: index,
    end: index + text.length,
  }));
  const tokens: string[] = [];
  for (let place = 0; place < words.length;) {
    const first = words[place];
    if (!first) break;
    const texts = words.slice(place, place + MOST_WORDS).map(({ end }) => matchOn.slice(first.start, end));
    const length = Math.max(1, texts.findLastIndex((text, index) => index > 0 && isName(text)) + 1);
    tokens.push(texts[length - 1] ?? first.text);
    place += length;
  }
  return tokens;
}

/** Names alone are all to be equal; with an operator the whole must be one postfix expression. */
function parse(tokens: readonly string[]): Expression | { readonly malformed: string } {
  const stack: Expression[] = [];
  for (const token of tokens) {
    if (!OPERATORS.has(token)) {
      stack.push({ kind: 'name', name: token });
      continue;
    }
    const right = stack.pop();
    if (!right) return { malformed: `operator "${token}" requires a name before it` };
    if (token === '~') {
      stack.push({ kind: 'not', operand: right });
      continue;
    }
    const left = stack.pop();
    if (!left) return { malformed: `operator "${token}" requires two names before it` };
    stack.push({ kind: token === '&' ? 'and' : 'or', left, right });
  }
  if (!tokens.some((token) => OPERATORS.has(token)))
    return stack.reduce((left, right) => ({ kind: 'and', left, right }));
  const [whole, ...rest] = stack;
  if (!whole || rest.length > 0)
    return {
      malformed: 'an operator must follow the last name. Operators come after their names: "address country |"',
    };
  return whole;
}

function alternatives(expression: Expression, negated: boolean): Alternatives {
  switch (expression.kind) {
    case 'name':
      return [[{ name: expression.name, negated }]];
    case 'not':
      return alternatives(expression.operand, !negated);
    default: {
      const left = alternatives(expression.left, negated);
      const right = alternatives(expression.right, negated);
      // De Morgan: a negated AND is an OR of negated operands.
      if ((expression.kind === 'or') !== negated) return [...left, ...right];
      return left.flatMap((one) => right.map((other) => [...one, ...other]));
    }
  }
}

/** The alternatives of an expression with at least one token, or why it is malformed. */
export function readMatchExpression(tokens: readonly string[]): Alternatives | { readonly malformed: string } {
  const expression = parse(tokens);
  if ('malformed' in expression) return expression;
  const found = alternatives(expression, false);
  return found.length > MOST_ALTERNATIVES ? { malformed: `it has more than ${MOST_ALTERNATIVES} alternatives` } : found;
}
