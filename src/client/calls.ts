/** Rows in as many calls as the server's limits ask for. */
import type { RowInput } from '../../schema/operations/generated';
import { jsonValues } from '../jsonValues';
import { NsyncError } from './error';
import type { ClientRow, ClientRows } from './requests';
import { checkRow } from './shapes';

export interface CallLimits {
  /** 0: no limit, as for the others. */
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

/** Values of the body besides its rows: those of the options. */
const OTHER_VALUES = 100;

/** How many values JSON has of a value in a list, as servers count them: one for each comma and opening bracket. */
function valuesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((count: number, inside) => count + valuesOf(inside), 2);
}

/** Rows for one call each; `rest` is what else the body holds, in bytes. */
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
  // No rows at all are a call too, which may be refused.
  if (call.length > 0 || isFirst) yield call;
}

/** One call for rows that have to stay together; throws TOO_MANY_ROWS. */
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
