/** The operations of a user on a table with one column, through the API. */
import { SyncCsvDocument, SyncedObjectsDocument, SyncRowsDocument } from '../../schema/operations/generated';
import type { ZeroCode } from '../zeroCode/support';
import type { Json } from './columnTypes';

/** A value as a cell of a CSV file. */
export function csvCell(value: Json): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return `"${text.replaceAll('"', '""')}"`;
}

export class User {
  constructor(
    private readonly zero: ZeroCode,
    private readonly model: string,
  ) {}

  /** The shown values by id. */
  async shown(): Promise<Map<number, Json>> {
    const { objects } = await this.zero.server.send(SyncedObjectsDocument, { model: this.model, first: 1000 });
    return new Map(objects.nodes.map(({ id, values }) => [Number(id), (values as { value: Json }).value]));
  }

  /** The status, object and problems of each row. */
  async sync(flags: string, matchOn: string, rows: readonly Readonly<Record<string, Json>>[]): Promise<string[]> {
    const { syncRows } = await this.zero.server.send(SyncRowsDocument, {
      input: {
        system: 'Test',
        model: this.model,
        defaults: { actionFlags: flags, matchOn: [matchOn] },
        options: { onError: 'CONTINUE' },
        rows: rows.map((values) => ({ values })),
      },
    });
    return syncRows.outcomes.map(({ status, objectId, problems }) =>
      [status, objectId ?? '-', ...problems.map(({ code, field }) => `${code}(${field})`)].join(' '),
    );
  }

  /** The number of rows in the file that changed nothing, and the messages of the others. */
  async updateFromCsv(csv: string): Promise<{ readonly unchanged: number; readonly others: readonly string[] }> {
    const { syncCsv } = await this.zero.server.send(SyncCsvDocument, {
      input: {
        system: 'Test',
        model: this.model,
        csv,
        defaults: { actionFlags: 'u*', matchOn: ['id'] },
        options: { onError: 'CONTINUE' },
      },
    });
    const { counts, outcomes } = syncCsv.run;
    const others = outcomes.nodes.map(({ status, problems }) =>
      [status, ...problems.map(({ message }) => message)].join(' '),
    );
    return { unchanged: counts.unchanged, others };
  }
}
