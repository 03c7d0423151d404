/** `nsync complete`: prints names for completion. Completion scripts call it; the help does not list it. */
import { Argument, type Command } from 'commander';
import type { NameKind } from '../completion/tree';
import { withTransport } from '../options';
import type { TransportOptions } from '../transports/open';

/** The most seconds that a shell waits for names. */
const USUAL_SECONDS = 3;

/** NSYNC_COMPLETION_SECONDS, or the usual seconds if it is not a positive number, because a shell cannot show errors. */
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
  // A shell cannot show errors during completion.
  await print(...(await namesOf(kind, options).catch(() => [])));
  process.exit();
}

export function addComplete(program: Command): void {
  withTransport(program.command('complete', { hidden: true }))
    .addArgument(new Argument('<kind>', 'which names').choices(['models', 'systems'] satisfies readonly NameKind[]))
    .action(complete);
}
