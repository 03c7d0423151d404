/**
 * Text on its way to csv-parse, which reads it as UTF-8: pieces must not cut a character in two, and halves of surrogate
 * pairs, which UTF-8 has not got, are spelt out on the way in and put back on the way out.
 */
const SIGN = '\u{10fffe}';
const TO_SPELL = /\u{10fffe}|\p{Surrogate}/gu;
const SPELT = /\u{10fffe}([0-9a-f]+);/gu;

/** The same text in pieces that hold whole characters. */
export async function* wholeCharacters(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let held = '';
  for await (const piece of texts) {
    const text = held + piece;
    held = /[\ud800-\udbff]$/.exec(text)?.[0] ?? '';
    yield text.slice(0, text.length - held.length);
  }
  if (held) yield held;
}

/** A text that UTF-8 can hold; `putBack` is its inverse. */
export const spellOut = (text: string): string =>
  text.replace(TO_SPELL, (character) => `${SIGN}${(character.codePointAt(0) ?? 0).toString(16)};`);

/** What was spelt out, as it was. */
export const putBack = (text: string): string =>
  text.includes(SIGN) ? text.replace(SPELT, (_, code: string) => String.fromCodePoint(parseInt(code, 16))) : text;
