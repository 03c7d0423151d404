/** `nsync webhook save`, `list`, `deliveries`, `delete` */
import { type Command } from 'commander';
import type {
  RunStatus,
  SaveWebhookMutation,
  WebhookDeliveriesQuery,
  WebhookFragment,
} from '../../../schema/operations/generated';
import type { TransportOptions } from '../transports/open';
import { examples, oneOf, RepeatableOption, withLeadingOptions, withList, withOutput, withTransport } from '../options';
import type { List, ListOptions } from '../output/list';
import type { OutputOptions } from '../output/output';
import { shownTime } from '../output/text';

interface SaveOptions extends TransportOptions, OutputOptions {
  readonly system?: readonly string[];
  readonly status?: readonly string[];
  readonly secretFile?: string;
}

type Delivery = NonNullable<WebhookDeliveriesQuery['webhook']>['deliveries']['nodes'][number];

const STATUSES: readonly Lowercase<RunStatus>[] = ['completed', 'completed_with_failures', 'rolled_back', 'cancelled', 'interrupted']; // prettier-ignore

const WEBHOOKS: List<WebhookFragment> = {
  of: 'webhook',
  nameOf: ({ name }) => name,
  columns: [
    { title: 'Name', value: ({ name }) => name },
    { title: 'State', value: ({ disabledAt }) => (disabledAt === null ? 'enabled' : 'disabled') },
    { title: 'URL', value: ({ url }) => url },
    { title: 'Systems', value: ({ systems }) => systems?.join(', ') ?? 'all' },
    { title: 'Statuses', value: ({ statuses }) => statuses?.join(', ') ?? 'all', spare: 1 },
    { title: 'Created', value: ({ createdAt }) => shownTime(createdAt), spare: 2 },
  ],
};

const DELIVERIES: List<Delivery> = {
  of: 'delivery',
  nameOf: ({ id }) => id,
  columns: [
    { title: 'Id', value: ({ id }) => id, spare: 3 },
    { title: 'Run', value: ({ runId }) => runId, align: 'right' },
    { title: 'Status', value: ({ status }) => status },
    { title: 'Attempts', value: ({ attempts }) => attempts },
    { title: 'Created', value: ({ createdAt }) => shownTime(createdAt), spare: 2 },
    { title: 'Next attempt', value: ({ nextAttemptAt }) => shownTime(nextAttemptAt) },
    { title: 'Last error', value: ({ lastError }) => lastError, spare: 1 },
  ],
};

/** The text of a file that contains a secret. Throws CommandFailure. */
async function secretOf(path: string): Promise<string> {
  const [{ readFileSync }, { CommandFailure }] = await Promise.all([import('node:fs'), import('../failure.js')]);
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new CommandFailure(`The file of the secret cannot be read: ${(error as Error).message}`);
  }
}

function describe({ webhook: { name, url }, secret }: SaveWebhookMutation['saveWebhook']): string {
  const told = `Webhook ${name} sends to ${url}.`;
  return secret === null ? told : `${told} The secret is shown only now: store it where the receiver finds it.`;
}

async function save(name: string, url: string, options: SaveOptions): Promise<void> {
  const [{ SaveWebhookDocument }, { overTransport }, { note, print, printJson }] = await Promise.all([
    import('../../../schema/operations/generated.js'),
    import('../transports/open.js'),
    import('../output/output.js'),
  ]);
  const secret = options.secretFile === undefined ? null : await secretOf(options.secretFile);
  const statuses = options.status?.map((status) => status.toUpperCase() as RunStatus) ?? null;
  await overTransport(options, async (transport) => {
    const input = { name, url, systems: options.system ? [...options.system] : null, statuses, secret };
    const { saveWebhook: saved } = await transport.ask(SaveWebhookDocument, { input });
    if (!options.quiet) note(describe(saved));
    if (options.json) await printJson({ ...saved.webhook, secret: saved.secret });
    else if (saved.secret !== null) await print(saved.secret);
  });
}

async function list(options: TransportOptions & OutputOptions): Promise<void> {
  const [{ WebhooksDocument }, { overTransport }, { printItems }] = await Promise.all([
    import('../../../schema/operations/generated.js'),
    import('../transports/open.js'),
    import('../output/list.js'),
  ]);
  await overTransport(options, async (transport) =>
    printItems(WEBHOOKS, (await transport.ask(WebhooksDocument, {})).webhooks, options),
  );
}

async function deliveries(name: string, options: TransportOptions & ListOptions): Promise<void> {
  const [{ WebhookDeliveriesDocument }, { overTransport }, { printList }, { CommandFailure }] = await Promise.all([
    import('../../../schema/operations/generated.js'),
    import('../transports/open.js'),
    import('../output/list.js'),
    import('../failure.js'),
  ]);
  await overTransport(options, (transport) =>
    printList(
      transport,
      DELIVERIES,
      async (first, after) => {
        const { webhook } = await transport.ask(WebhookDeliveriesDocument, { name, first, after });
        if (webhook === null) throw new CommandFailure(`There is no webhook "${name}".`);
        return webhook.deliveries;
      },
      options,
    ),
  );
}

async function remove(name: string, options: TransportOptions & OutputOptions): Promise<void> {
  const [{ DeleteWebhookDocument }, { overTransport }, { print, printJson }] = await Promise.all([
    import('../../../schema/operations/generated.js'),
    import('../transports/open.js'),
    import('../output/output.js'),
  ]);
  await overTransport(options, async (transport) => {
    const { deleteWebhook: deleted } = await transport.ask(DeleteWebhookDocument, { input: { name } });
    if (options.json) await printJson(deleted);
    else if (!options.quiet) await print(`Webhook ${deleted.name} is deleted.`);
  });
}

function addSave(webhook: Command): void {
  withOutput(withTransport(webhook.command('save').summary('create or change a webhook')), 'print only a new secret')
    .description(
      'Creates a webhook, or replaces the settings of the one with this name. A generated secret is the only text on stdout, and is shown only once.',
    )
    .argument('<name>', 'the name of the webhook')
    .argument('<url>', 'where deliveries are sent: https://…')
    .addOption(
      new RepeatableOption('--system <name>', 'only runs with rows of this system (default: all)').gathering(String),
    ) // prettier-ignore
    .addOption(
      new RepeatableOption('--status <status>', 'only runs that end with this status (default: all)')
        .choices(STATUSES)
        .gathering(oneOf(STATUSES)),
    )
    .option('--secret-file <path>', 'use the secret in this file (default: keep the old one, or generate one)')
    .addHelpText(
      'after',
      examples(
        ['webhook save etl https://etl.example.com/hooks > etl.secret', 'Tell a service of every run that ends'],
        ['webhook save alarm https://alarm.example.com/ --status rolled_back --status interrupted', 'Only of runs that went wrong'], // prettier-ignore
      ),
    )
    .action(save);
}

function addList(webhook: Command): void {
  withOutput(withTransport(webhook.command('list').summary('list webhooks')), 'print only names')
    .description('Lists all webhooks, the oldest first.')
    .addHelpText('after', examples(['webhook list', 'All webhooks, and whether they are enabled']))
    .action(list);
}

function addDeliveries(webhook: Command): void {
  withList(webhook.command('deliveries').summary('list what was sent to a webhook'), 'ids')
    .description('Lists the deliveries of a webhook, the newest first.')
    .argument('<name>', 'the name of the webhook')
    .addHelpText('after', examples(['webhook deliveries etl --limit 10', 'The last ten deliveries']))
    .action(deliveries);
}

function addDelete(webhook: Command): void {
  withOutput(withTransport(webhook.command('delete').summary('delete a webhook')), 'print nothing')
    .description('Deletes a webhook and its deliveries. Nothing more is sent.')
    .argument('<name>', 'the name of the webhook')
    .addHelpText('after', examples(['webhook delete etl', 'Send nothing more']))
    .action(remove);
}

export function addWebhook(program: Command): void {
  const webhook = program
    .command('webhook')
    .summary('save, list and delete webhooks')
    .description('Saves, lists and deletes webhooks, which tell other services of runs that ended.')
    .helpCommand(false)
    .addHelpText(
      'after',
      examples(
        ['webhook save etl https://etl.example.com/hooks > etl.secret', 'Tell a service of every run that ends'],
        ['webhook deliveries etl', 'What was sent'],
        ['webhook delete etl', 'Send nothing more'],
      ),
    );
  withLeadingOptions(webhook);
  for (const add of [addSave, addList, addDeliveries, addDelete]) add(webhook);
}
