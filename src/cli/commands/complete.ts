/** `nsync complete`: the names that a shell completes. Completion scripts call it; people never see it. */
import { Argument, type Command } from 'commander';
import type { NameKind } from '../completion/tree';
import { withTransport } from '../options';
import type { TransportOptions } from '../transports/open';

/** A shell does not wait for longer. */
const LONGEST = 3000;

async function namesOf(kind: NameKind, options: TransportOptions): Promise<readonly string[]> {
  if (options.server === undefined) {
    const { localNames } = await import('../transports/database.js');
    return localNames(kind, options);
  }
  const [{ openServer }, { VisibleModelsDocument, VisibleSystemsDocument }] = await Promise.all([
    import('../transports/server.js'),
    import('../../../schema/operations/generated.js'),
  ]);
  const server = await openServer({ ...options, server: options.server });
  if (kind === 'models') return (await server.ask(VisibleModelsDocument, {})).models.map(({ name }) => name);
  const { externalSystems } = await server.ask(VisibleSystemsDocument, { first: Math.min(1000, server.pageSize) });
  return externalSystems.nodes.map(({ name }) => name);
}

async function complete(kind: NameKind, options: TransportOptions): Promise<void> {
  const { print } = await import('../output/output.js');
  setTimeout(() => process.exit(), LONGEST).unref();
  // A shell has no place for errors.
  await print(...(await namesOf(kind, options).catch(() => [])));
  process.exit();
}

export function addComplete(program: Command): void {
  withTransport(program.command('complete', { hidden: true }))
    .addArgument(new Argument('<kind>', 'which names').choices(['models', 'systems'] satisfies readonly NameKind[]))
    .action(complete);
}
