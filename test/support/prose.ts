/** The sentences of a page, without code. */

/** A text in which code and the targets of links count as one word. */
export const inlineCode = (text: string): string =>
  text.replaceAll(/(`+).*?\1/g, 'CODE').replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1');

/** The paragraphs, list items, headings and cells of a page, without blocks of code and quotations of messages. */
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
