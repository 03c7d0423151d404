/** Values in messages. */

const LONGEST_SHOWN = 60;

/** The first characters of a text, with a sign if there are more; half a character is none. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const characters = Array.from(text.slice(0, 2 * most + 2));
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

/** Characters that look like a blank, or like nothing: controls that JSON leaves as they are, marks, other spaces. */
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\ufe00-\ufe0e\uffa0]|(?! )\p{Zs}/gu;

const spelled = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');

/** A value as messages quote it: JSON, invisible characters as escapes, cut at 60 characters. */
export function shown(value: unknown): string {
  // An escape has up to six characters, so that this is enough of a text to cut it at the same place.
  const given = typeof value === 'string' ? value.slice(0, 2 * LONGEST_SHOWN) : value;
  const text = typeof given === 'bigint' ? String(given) : (JSON.stringify(given) ?? String(given));
  return cut(text.slice(0, 4 * LONGEST_SHOWN).replace(INVISIBLE, spelled), LONGEST_SHOWN);
}
