/** `nsync audit` */
import type { Command } from 'commander';
import type { AuditAction, AuditEventsQuery } from '../../../schema/operations/generated';
import type { TransportOptions } from '../transports/open';
import { examples, oneOf, RepeatableOption, withList } from '../options';
import type { List, ListOptions } from '../output/list';
import { shownTime } from '../output/text';

interface Options extends TransportOptions, ListOptions {
  readonly actor?: string;
  readonly action?: readonly string[];
}

type AuditEvent = AuditEventsQuery['auditEvents']['nodes'][number];

const ACTIONS: readonly Lowercase<AuditAction>[] = ['create_token', 'revoke_token', 'save_external_system', 'delete_external_system', 'prune_runs', 'cancel_run', 'reload_models', 'save_webhook', 'delete_webhook']; // prettier-ignore

const EVENTS: List<AuditEvent> = {
  of: 'event',
  nameOf: ({ id }) => id,
  columns: [
    { title: 'Id', value: ({ id }) => id, align: 'right', spare: 3 },
    { title: 'Time', value: ({ at }) => shownTime(at) },
    { title: 'Actor', value: ({ actor }) => actor },
    { title: 'Action', value: ({ action }) => action },
    { title: 'Subject', value: ({ subject }) => subject },
    { title: 'Details', value: ({ details }) => JSON.stringify(details), spare: 2 },
    { title: 'Request', value: ({ requestId }) => requestId, spare: 4 },
  ],
};

async function audit(options: Options): Promise<void> {
  const [{ AuditEventsDocument }, { overTransport }, { printList }] = await Promise.all([
    import('../../../schema/operations/generated.js'),
    import('../transports/open.js'),
    import('../output/list.js'),
  ]);
  const actions = options.action?.map((action) => action.toUpperCase() as AuditAction);
  await overTransport(options, (transport) =>
    printList(
      transport,
      EVENTS,
      async (first, after) =>
        (await transport.ask(AuditEventsDocument, { actor: options.actor, actions, first, after })).auditEvents,
      options,
    ),
  );
}

export function addAudit(program: Command): void {
  withList(program.command('audit').summary('list what administrators did, the newest first'), 'ids')
    .description('Lists what administrators did, the newest first. The actor is empty for work on the database itself.')
    .option('--actor <name>', 'only what this caller did')
    .addOption(
      new RepeatableOption('--action <action>', 'only events of this kind').choices(ACTIONS).gathering(oneOf(ACTIONS)),
    )
    .addHelpText(
      'after',
      examples(
        ['audit --limit 10', 'The last ten events'],
        ['audit --action create_token --action revoke_token --json', 'All events about tokens, as JSON lines'],
      ),
    )
    .action(audit);
}
