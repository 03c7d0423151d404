/** Checks JSON before it is parsed: one or two bytes, such as `[]`, can take fifty bytes of memory. */
import { assertWithin, type OperationLimits } from '../api';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Bytes that precede a value: `,`, `[` and `{`. */
const isBeforeValue = (byte: number | undefined): boolean => byte === 0x2c || byte === 0x5b || byte === 0x7b;

/** The end of the text that begins after a quote. */
function endOfText(json: Buffer, start: number): number {
  for (let at = json.indexOf(QUOTE, start); at >= 0; at = json.indexOf(QUOTE, at + 1)) {
    let escapes = 0;
    while (at - escapes > start && json[at - escapes - 1] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
  return json.length;
}

/** Throws OPERATION_TOO_COMPLEX for JSON with too many values. */
export function assertFewValues(json: Buffer, limits: Pick<OperationLimits, 'requestValues'>): void {
  const most = limits.requestValues;
  if (most === 0) return;
  let values = 0;
  for (let at = 0; at < json.length && values <= most; at += 1) {
    const byte = json[at];
    if (byte === QUOTE) at = endOfText(json, at + 1);
    else if (isBeforeValue(byte)) values += 1;
  }
  assertWithin(limits, 'requestValues', values, true);
}
