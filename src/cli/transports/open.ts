/** Opens the transport that the options name: a database, or a server. */
import type { LocalOptions } from '../localSettings';
import { CommandFailure } from '../failure';
import { note } from '../output/output';
import { assertHidden, type TokenOptions } from './token';
import type { Transport } from './transport';

export interface TransportOptions extends LocalOptions, TokenOptions {
  readonly server?: string;
  readonly header?: readonly string[];
}

/** Opens a transport, and loads only the modules that it needs. Throws CommandFailure if nothing answers. */
async function openTransport({ server, header, tokenFile, token, ...local }: TransportOptions): Promise<Transport> {
  assertHidden({ token });
  if (server !== undefined) {
    const { openServer } = await import('./server.js');
    return openServer({ server, header, tokenFile });
  }
  if (tokenFile !== undefined) throw new CommandFailure('--token-file is for a server. Add --server URL.');
  const { openLocal } = await import('./database.js');
  return openLocal(local);
}

/** Does work over a transport, and then closes the transport. Prints its target on stderr, unless `quiet`. */
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
