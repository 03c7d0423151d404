/** The sentences of pages, and of the messages in source files, without code. */
import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** A text with code replaced by one word, and links by their texts. */
export const inlineCode = (text: string): string =>
  text.replaceAll(/(`+).*?\1/g, 'CODE').replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1');

/** The paragraphs, list items, headings and cells of a page, without code blocks and quoted messages. */
export function passages(markdown: string): string[] {
  const prose = inlineCode(markdown.replaceAll(/^```.*?^```$/gms, '').replaceAll(/^>.*$/gm, '')).replaceAll('**', '');
  return prose
    .split(/\n\s*\n|\n(?=\s*(?:[-#|]|\d+\. ))/)
    .flatMap((block) => (block.trim().startsWith('|') ? block.split(/(?<!\\)\|/) : [block]))
    .map((block) =>
      block
        .replace(/^\s*(?:[-#]+|\d+\.) /, '')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    ) // prettier-ignore
    .filter((block) => /\p{L}/u.test(block));
}

/** The sentences of a text. Some begin with a small letter: nsync. */
export const sentences = (text: string): string[] => text.split(/(?<=[.!?])\s+/).filter(Boolean);

const SQL = /\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE|FROM|WHERE|JOIN)\b/;
/** Whether a text is prose. Names and code do not contain three words in a row, and code of several lines is not a message. */
const isProse = (text: string): boolean => /[a-z]+ [a-z]+ [a-z]+/.test(text) && !SQL.test(text) && !text.includes('\n');

function literal(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map((span) => `CODE${span.literal.text}`).join('');
}

/** The texts in a TypeScript file that a user may read: messages, help, descriptions. Embedded values become CODE. */
export function messages(path: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const text = literal(node);
    if (text !== undefined && isProse(text)) found.push(inlineCode(text));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true));
  return found;
}

/** The comments and docstrings in a TypeScript file, each as one line without comment marks. */
export function comments(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = new Map<number, string>();
  const visit = (node: ts.Node): void => {
    const leading = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [];
    const trailing = ts.getTrailingCommentRanges(text, node.getEnd()) ?? [];
    for (const { pos, end } of [...leading, ...trailing]) found.set(pos, text.slice(pos, end));
    for (const child of node.getChildren(source)) visit(child);
  };
  visit(source);
  return [...found.values()].map((comment) =>
    comment
      .replaceAll(/^\/[/*]+|\*\/$/g, '')
      .replaceAll(/\s*\n\s*\*?\s*/g, ' ')
      .trim(),
  ); // prettier-ignore
}
