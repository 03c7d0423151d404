/** Ends of texts. A pattern such as /0+$/ begins anew at each 0, so that its time grows with the square of the length. */

/** The text without one character at its end, however often it is there. */
export function withoutAtEnd(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text.charAt(end - 1) === character) end -= 1;
  return text.slice(0, end);
}
