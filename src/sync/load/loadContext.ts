/** What to load for a chunk, and from where. */
import type { Model } from '../../models';
import type { ChunkReader } from './chunkReader';

export interface LoadContext {
  readonly reader: ChunkReader;
  readonly model: Model;
  /** The id of the syncing system. */
  readonly systemId: number;
  readonly systemIds: ReadonlyMap<string, number>;
  /** Whether most rows are likely to change nothing. */
  readonly expectUnchanged?: boolean;
  /** Whether most rows are likely to be new. */
  readonly expectNew?: boolean;
  /** Whether to load the objects that decide if the rows' values are in conflict (R17). */
  readonly findConflicts?: boolean;
}
