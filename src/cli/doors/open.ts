/** Opens the door that the options name. */
import type { Door } from './door';

export interface DoorOptions {
  readonly database?: string;
  readonly server?: string;
  readonly models?: string;
  readonly header?: readonly string[];
}

/** Throws CommandFailure where nobody answers. Only what is behind the chosen door is loaded. */
export async function openDoor({ server, database, models, header }: DoorOptions): Promise<Door> {
  if (server !== undefined) {
    const { openServer } = await import('./server.js');
    return openServer(server, header ?? []);
  }
  const { openLocal } = await import('./database.js');
  return openLocal({ database, models });
}

/** Works behind a door, and closes it whatever happens. */
export async function throughDoor<T>(options: DoorOptions, work: (door: Door) => Promise<T>): Promise<T> {
  const door = await openDoor(options);
  try {
    return await work(door);
  } finally {
    await door.close();
  }
}
