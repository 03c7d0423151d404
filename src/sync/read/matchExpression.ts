/**
 * Parses `match_on` as a postfix expression (R4, R5). The result is a list of alternatives, each of which can be looked
 * up.
 */
import { BOUNDS } from '../../bounds';

export interface Literal {
  readonly name: string;
  readonly negated: boolean;
}

/** One of the alternatives must hold. An alternative holds if all its literals do. */
type Alternatives = readonly (readonly Literal[])[];

export interface Malformed {
  /** The end of a sentence that begins with the expression. */
  readonly malformed: string;
}

/** The number of alternatives of an expression, and of its negation, once multiplied out. */
interface Counted {
  readonly alternatives: number;
  readonly negatedAlternatives: number;
}

type Expression = Counted &
  (
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'not'; readonly operand: Expression }
    | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  );

const OPERATORS = new Set(['|', '&', '~']);

/** The most words that a name may have. */
const MOST_WORDS = 10;

/**
 * Splits `match_on` into names and operators, which are separated by blanks or commas. Several words are one name if a
 * field has this name; the longest name wins. Malformed if the text is too long or has too many words.
 */
export function tokensOf(matchOn: string, isName: (text: string) => boolean): string[] | Malformed {
  const { matchLength, matchTerms } = BOUNDS;
  if (matchOn.length > matchLength)
    return { malformed: `it has ${matchOn.length} characters, more than the limit of ${matchLength}` };
  const words = [...matchOn.matchAll(/[^\s,]+/g)].map(({ 0: text, index }) => ({
    text,
    start: index,
    end: index + text.length,
  }));
  if (words.length > matchTerms)
    return { malformed: `it has ${words.length} names and operators, more than the limit of ${matchTerms}` };
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

const named = (name: string): Expression => ({ kind: 'name', name, alternatives: 1, negatedAlternatives: 1 });

const not = (operand: Expression): Expression => ({
  kind: 'not',
  operand,
  alternatives: operand.negatedAlternatives,
  negatedAlternatives: operand.alternatives,
});

/** De Morgan: a negated AND is an OR of negated operands. */
function joined(kind: 'and' | 'or', left: Expression, right: Expression): Expression {
  const sum = (count: keyof Counted): number => left[count] + right[count];
  const product = (count: keyof Counted): number => left[count] * right[count];
  return kind === 'or'
    ? { kind, left, right, alternatives: sum('alternatives'), negatedAlternatives: product('negatedAlternatives') }
    : { kind, left, right, alternatives: product('alternatives'), negatedAlternatives: sum('negatedAlternatives') };
}

/** Names alone are combined with AND. With an operator, the whole text must be one postfix expression. */
function parse(tokens: readonly string[]): Expression | Malformed {
  const stack: Expression[] = [];
  for (const token of tokens) {
    if (!OPERATORS.has(token)) {
      stack.push(named(token));
      continue;
    }
    const right = stack.pop();
    if (!right) return { malformed: `operator "${token}" requires a name before it` };
    if (token === '~') {
      stack.push(not(right));
      continue;
    }
    const left = stack.pop();
    if (!left) return { malformed: `operator "${token}" requires two names before it` };
    stack.push(joined(token === '&' ? 'and' : 'or', left, right));
  }
  if (!tokens.some((token) => OPERATORS.has(token))) return stack.reduce((left, right) => joined('and', left, right));
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
      if ((expression.kind === 'or') !== negated) return [...left, ...right];
      return left.flatMap((one) => right.map((other) => [...one, ...other]));
    }
  }
}

/**
 * The alternatives of an expression with at least one token, or why it is malformed. The limit is checked before
 * multiplying out.
 */
export function readMatchExpression(tokens: readonly string[]): Alternatives | Malformed {
  const expression = parse(tokens);
  if ('malformed' in expression) return expression;
  const most = BOUNDS.matchAlternatives;
  return expression.alternatives > most
    ? { malformed: `it multiplies out to more alternatives than the limit of ${most}` }
    : alternatives(expression, false);
}
