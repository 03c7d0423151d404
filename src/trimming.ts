/**
 * Trims the end of texts. A pattern such as /0+$/ starts again at each 0, so its time grows with the square of the
 * length.
 */

/** The text without any repetitions of one character at its end. */
export function withoutAtEnd(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text.charAt(end - 1) === character) end -= 1;
  return text.slice(0, end);
}
