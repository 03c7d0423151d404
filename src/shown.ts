/** Values in messages. */

const LONGEST_SHOWN = 60;

/** The first characters of a text, with an ellipsis if there are more. Surrogate pairs are not split. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const characters = Array.from(text.slice(0, 2 * most + 2));
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

/** Characters that look like a blank or are invisible: controls that JSON does not escape, marks, other spaces. */
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\ufe00-\ufe0e\uffa0]|(?! )\p{Zs}/gu;

const spelled = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');

/** A value as messages quote it: JSON, with invisible characters escaped, cut at 60 characters. */
export function shown(value: unknown): string {
  // This part is long enough, because an escape has at most six characters.
  const given = typeof value === 'string' ? value.slice(0, 2 * LONGEST_SHOWN) : value;
  const text = typeof given === 'bigint' ? String(given) : (JSON.stringify(given) ?? String(given));
  return cut(text.slice(0, 4 * LONGEST_SHOWN).replace(INVISIBLE, spelled), LONGEST_SHOWN);
}
