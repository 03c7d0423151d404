/** What a chunk's rows are loaded for, and from where. */
import type { Model } from '../../models';
import type { ChunkReader } from './chunkReader';

export interface LoadContext {
  readonly reader: ChunkReader;
  readonly model: Model;
  /** Of the syncing system. */
  readonly systemId: number;
  readonly systemIds: ReadonlyMap<string, number>;
  /** Whether most rows are likely to change nothing. */
  readonly expectUnchanged?: boolean;
  /** Whether most rows are likely to be new. */
  readonly expectNew?: boolean;
  /** Whether to look up the objects that decide whether what the rows would write is in conflict (R17). */
  readonly findConflicts?: boolean;
}
