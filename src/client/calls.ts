/** Splits rows into calls within the server's limits. */
import type { RowInput } from '../../schema/operations/generated';
import { jsonValues } from '../jsonValues';
import { NsyncError } from './error';
import type { ClientRow, ClientRows } from './requests';
import { checkRow } from './shapes';

export interface CallLimits {
  /** 0 means no limit, here and for the other limits. */
  readonly rowsPerCall: number;
  readonly bodyBytes: number;
  readonly requestValues: number;
}

const encoder = new TextEncoder();

const inputOf = ({ actionFlags, matchOn, externalKey, values }: ClientRow): RowInput => ({
  actionFlags,
  matchOn: matchOn ? [matchOn].flat() : matchOn === null ? null : undefined,
  externalKey: externalKey === null || externalKey === undefined ? externalKey : String(externalKey),
  values: jsonValues(values),
});

/** The number of JSON values in a body besides its rows. */
const OTHER_VALUES = 100;

/** The number of JSON values in a list item, as servers count them: one per comma and opening bracket. */
function valuesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((count: number, inside) => count + valuesOf(inside), 2);
}

/** Yields the rows of each call. `rest`: bytes of the body besides the rows. */
export async function* rowsOfCalls(
  rows: ClientRows,
  { rowsPerCall, bodyBytes, requestValues }: CallLimits,
  rest: number,
): AsyncGenerator<readonly RowInput[]> {
  let call: RowInput[] = [];
  let bytes = rest;
  let values = OTHER_VALUES;
  let isFirst = true;
  let count = 0;
  for await (const row of rows) {
    checkRow(row, count++);
    const input = inputOf(row);
    const size = encoder.encode(JSON.stringify(input)).length + 1;
    const own = valuesOf(input);
    const isFull =
      (rowsPerCall > 0 && call.length >= rowsPerCall) ||
      (bodyBytes > 0 && bytes + size > bodyBytes) ||
      (requestValues > 0 && values + own > requestValues);
    if (isFull && call.length > 0) {
      yield call;
      isFirst = false;
      call = [];
      bytes = rest;
      values = OTHER_VALUES;
    }
    call.push(input);
    bytes += size;
    values += own;
  }
  // A call without rows is sent too, because the server may refuse it.
  if (call.length > 0 || isFirst) yield call;
}

/** Yields a single call, for rows that must not be split. Throws TOO_MANY_ROWS. */
export async function* inOneCall(
  calls: AsyncIterable<readonly RowInput[]>,
  why: string,
): AsyncGenerator<readonly RowInput[]> {
  let only: readonly RowInput[] | null = null;
  for await (const call of calls) {
    if (only)
      throw new NsyncError(
        'TOO_MANY_ROWS',
        `The rows do not fit into one call, and ${why} does not work over several calls. Nothing was sent. Use onError "CONTINUE" without dryRun and order, or send the rows as a file with syncCsv.`,
      );
    only = call;
  }
  if (only) yield only;
}
