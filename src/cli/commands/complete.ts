/** `nsync complete`: the names that a shell completes. Completion scripts call it; people never see it. */
import { Argument, type Command } from 'commander';
import type { NameKind } from '../completion/tree';
import { withTransport } from '../options';
import type { TransportOptions } from '../transports/open';

/** Seconds that a shell waits for names. */
const USUAL_SECONDS = 3;

/** NSYNC_COMPLETION_SECONDS, or the usual seconds if it is not a positive number: a shell has no place for errors. */
function secondsToWait(): number {
  const seconds = Number(process.env.NSYNC_COMPLETION_SECONDS);
  return seconds > 0 ? seconds : USUAL_SECONDS;
}

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
  setTimeout(() => process.exit(), secondsToWait() * 1000).unref();
  // A shell has no place for errors.
  await print(...(await namesOf(kind, options).catch(() => [])));
  process.exit();
}

export function addComplete(program: Command): void {
  withTransport(program.command('complete', { hidden: true }))
    .addArgument(new Argument('<kind>', 'which names').choices(['models', 'systems'] satisfies readonly NameKind[]))
    .action(complete);
}
