/** Opens what the options name: a database, or a server. */
import type { LocalOptions } from '../localSettings';
import { note } from '../output/output';
import type { Transport } from './transport';

export interface TransportOptions extends LocalOptions {
  readonly server?: string;
  readonly header?: readonly string[];
}

/** Throws CommandFailure if nothing answers. Loads only what the chosen transport needs. */
export async function openTransport({ server, header, ...local }: TransportOptions): Promise<Transport> {
  if (server !== undefined) {
    const { openServer } = await import('./server.js');
    return openServer(server, header ?? []);
  }
  const { openLocal } = await import('./database.js');
  return openLocal(local);
}

/** Does the work over a transport, and closes the transport afterwards. Says on stderr what it works on, unless `quiet`. */
export async function overTransport<T>(
  options: TransportOptions & { readonly quiet?: boolean },
  work: (transport: Transport) => Promise<T>,
): Promise<T> {
  const transport = await openTransport(options);
  try {
    if (!options.quiet) note(transport.target);
    return await work(transport);
  } finally {
    await transport.close();
  }
}
