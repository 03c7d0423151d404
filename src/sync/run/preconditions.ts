/** Checks that a request demands of its rows before any row runs. */
import { CallError } from '../../errors';
import type { Model } from '../../models';
import { counted } from '../../wording';
import { shown } from '../../shown';
import { type IgnoredColumn, readColumn, whyIgnored } from '../read/columns';
import { assertHeader } from '../read/header';
import { RowReader } from '../read/reader';
import type { SyncOptions, SyncSource } from '../request';

interface Demanded {
  readonly source: SyncSource;
  readonly model: Model;
}

/** Columns of a source that a run would ignore (R16, R20). */
async function ignoredColumns({ source, model }: Demanded): Promise<readonly IgnoredColumn[]> {
  if (source.header)
    return source.header.names.map((name) => readColumn(model, name)).filter((column) => column.kind === 'ignored');
  const reader = new RowReader(model, source.text);
  for await (const rows of source.batches()) {
    for (const row of rows) reader.read(row);
    // All lines of a file have the same columns.
    if (source.text && reader.hasColumns) break;
  }
  return reader.ignoredColumns;
}

/** The most ignored columns that a message names. */
const LISTED = 20;

const describeIgnored = ({ file, model }: SyncSource, column: IgnoredColumn): string =>
  `${file ?? model}: column ${shown(column.name)}: ${whyIgnored(column)}`;

/** R16: throws UNKNOWN_FIELD, naming the columns that would be ignored. */
async function assertKnownColumns(sources: readonly Demanded[]): Promise<void> {
  const found: string[] = [];
  let count = 0;
  for (const demanded of sources)
    for (const column of await ignoredColumns(demanded)) {
      count += 1;
      if (count <= LISTED) found.push(describeIgnored(demanded.source, column));
    }
  if (count === 0) return;
  if (count > LISTED) found.push(`${counted(count - LISTED, 'more column')} of this kind.`);
  throw new CallError('UNKNOWN_FIELD', `Nothing was synced, because onUnknownField is FAIL. ${found.join(' ')}`);
}

async function countUpTo(most: number, sources: readonly Demanded[]): Promise<number> {
  let count = 0;
  for (const { source } of sources)
    for await (const rows of source.batches()) {
      count += rows.length;
      if (count >= most) return count;
    }
  return count;
}

/** Throws TOO_FEW_ROWS if all sources together have fewer rows. */
async function assertEnoughRows(minRows: number, sources: readonly Demanded[]): Promise<void> {
  if (!Number.isInteger(minRows) || minRows < 0)
    throw new CallError('BAD_USER_INPUT', `minRows must be a whole number from 0, not ${minRows}.`);
  const rows = await countUpTo(minRows, sources);
  if (rows < minRows)
    throw new CallError(
      'TOO_FEW_ROWS',
      `Nothing was synced: the call has ${counted(rows, 'row')}, but minRows is ${minRows}. Check that the export is complete.`,
    );
}

/** Throws the errors of assertHeader. If there are several files, the message names the file. */
function assertHeaders(sources: readonly Demanded[]): void {
  for (const { source, model } of sources)
    try {
      if (source.header) assertHeader(model, source.header);
    } catch (error) {
      if (!(error instanceof CallError) || sources.length === 1) throw error;
      throw new CallError(error.code, `File ${shown(source.file ?? model.name)}: ${error.message}`);
    }
}

/** Throws TOO_FEW_ROWS or UNKNOWN_FIELD if the sources do not meet the options, and the errors of assertHeader. */
export async function assertPreconditions(
  sources: readonly Demanded[],
  { minRows, onUnknownField }: Pick<SyncOptions, 'minRows' | 'onUnknownField'>,
): Promise<void> {
  assertHeaders(sources);
  if (minRows !== null) await assertEnoughRows(minRows, sources);
  if (onUnknownField === 'FAIL') await assertKnownColumns(sources);
}
