/** `nsync token create`, `list`, `revoke` */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CreateTokenMutation, TokenFragment } from '../../../schema/operations/generated';
import type { TransportOptions } from '../transports/open';
import { examples, RepeatableOption, withLeadingOptions, withList, withOutput, withTransport } from '../options';
import type { List, ListOptions } from '../output/list';
import type { OutputOptions } from '../output/output';
import { shownTime } from '../output/text';

interface CreateOptions extends TransportOptions, OutputOptions {
  readonly allow: readonly string[];
  readonly expires?: string;
}

const HOUR = 3600 * 1000;
const UNITS: Readonly<Record<string, number>> = { h: HOUR, d: 24 * HOUR };
/** A hundred years: later times are likely typing errors. */
const MOST = 36_525 * 24 * HOUR;

/** Parses a duration from now on, or a date. Returns an ISO 8601 time. */
function expiry(given: string): string {
  const [, number, unit = ''] = /^(\d+)([hd])$/.exec(given.trim()) ?? [];
  const time = number === undefined ? Date.parse(given) : Date.now() + Number(number) * (UNITS[unit] ?? 0);
  if (Number.isNaN(time))
    throw new InvalidArgumentError('Use a number of days or hours, or a date: 90d, 12h, 2027-01-31.');
  if (time <= Date.now() || time > Date.now() + MOST) throw new InvalidArgumentError('Use a time in the future, within a hundred years.'); // prettier-ignore
  return new Date(time).toISOString();
}

function stateOf({ expiresAt, revokedAt }: TokenFragment): string {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= Date.now() ? 'expired' : 'valid';
}

const TOKENS: List<TokenFragment> = {
  of: 'token',
  nameOf: ({ name }) => name,
  columns: [
    { title: 'Name', value: ({ name }) => name },
    { title: 'Secret', value: ({ prefix }) => `${prefix}…`, spare: 2 },
    { title: 'State', value: stateOf },
    { title: 'Allows', value: ({ scopes }) => scopes.join(' ') },
    { title: 'Created', value: ({ createdAt }) => shownTime(createdAt), spare: 3 },
    { title: 'Expires', value: ({ expiresAt }) => shownTime(expiresAt) },
    { title: 'Last used', value: ({ lastUsedAt }) => shownTime(lastUsedAt), spare: 1 },
  ],
};

/** Describes a new token on stderr, because stdout has only the secret. */
function describe({ token: { name, scopes, expiresAt } }: CreateTokenMutation['createToken']): string {
  const end = expiresAt === null ? 'does not expire' : `expires at ${shownTime(expiresAt)}`;
  return `Token ${name} allows ${scopes.join(' ')} and ${end}. The secret is shown only now: store it in a file or a secret store.`;
}

async function create(name: string, options: CreateOptions): Promise<void> {
  const [{ CreateTokenDocument }, { overTransport }, { note, print, printJson }] = await Promise.all([
    import('../../../schema/operations/generated.js'),
    import('../transports/open.js'),
    import('../output/output.js'),
  ]);
  await overTransport(options, async (transport) => {
    const input = { name, scopes: [...options.allow], expiresAt: options.expires ?? null };
    const { createToken } = await transport.ask(CreateTokenDocument, { input });
    if (!options.quiet) note(describe(createToken));
    const { token, secret } = createToken;
    await (options.json ? printJson({ ...token, secret }) : print(secret));
  });
}

async function list(options: TransportOptions & ListOptions): Promise<void> {
  const [{ TokensDocument }, { overTransport }, { printList }] = await Promise.all([
    import('../../../schema/operations/generated.js'),
    import('../transports/open.js'),
    import('../output/list.js'),
  ]);
  await overTransport(options, (transport) =>
    printList(
      transport,
      TOKENS,
      async (first, after) => (await transport.ask(TokensDocument, { first, after })).tokens,
      options,
    ),
  );
}

async function revoke(name: string, options: TransportOptions & OutputOptions): Promise<void> {
  const [{ RevokeTokenDocument }, { overTransport }, { print, printJson }] = await Promise.all([
    import('../../../schema/operations/generated.js'),
    import('../transports/open.js'),
    import('../output/output.js'),
  ]);
  await overTransport(options, async (transport) => {
    const { revokeToken } = await transport.ask(RevokeTokenDocument, { input: { name } });
    const { token } = revokeToken;
    if (options.json) await printJson(token);
    else if (!options.quiet) await print(`Token ${token.name} is revoked since ${shownTime(token.revokedAt)}.`);
  });
}

function addCreate(token: Command): void {
  withOutput(withTransport(token.command('create').summary('create a token')), 'print only the secret')
    .description(
      'Creates a token. The secret is the only text on stdout, and is shown only once. From the first token on, every request to a server needs a token.',
    )
    .argument('<name>', 'a name that no other token has or had')
    .addOption(
      new RepeatableOption(
        '--allow <scope>',
        'what the token allows: read, admin, or sync:SYSTEM/MODEL[,MODEL…][:FLAGS] with * for any',
      )
        .gathering(String)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--expires <time>', 'when the token expires: 90d, 12h, 2027-01-31 (default: never)').argParser(expiry),
    )
    .addHelpText(
      'after',
      examples(
        ['token create hr --allow sync:HRSystem/Person,House:cu --allow read --expires 90d > hr.token', 'A service may create and update persons and houses, and read everything'], // prettier-ignore
        ['token create ops --allow admin --expires 12h', 'An administrator, until tonight'],
      ),
    )
    .action(create);
}

function addList(token: Command): void {
  withList(token.command('list').summary('list tokens'), 'names')
    .description('Lists all tokens, the oldest first. Revoked and expired tokens stay in the list.')
    .addHelpText('after', examples(['token list', 'All tokens, and when each was used last']))
    .action(list);
}

function addRevoke(token: Command): void {
  withOutput(withTransport(token.command('revoke').summary('revoke a token')), 'print nothing')
    .description('Revokes a token at once, on every server. Running syncs of the token go on.')
    .argument('<name>', 'the name of the token')
    .addHelpText('after', examples(['token revoke hr', 'Refuse the token from now on']))
    .action(revoke);
}

export function addToken(program: Command): void {
  const token = program
    .command('token')
    .summary('create, list and revoke tokens')
    .description('Creates, lists and revokes tokens, which let services into a server.')
    .helpCommand(false)
    .addHelpText(
      'after',
      examples(
        ['token create hr --allow sync:HRSystem/Person > hr.token', 'A token for a service'],
        ['token list', 'All tokens'],
        ['token revoke hr', 'Refuse a token from now on'],
      ),
    );
  withLeadingOptions(token);
  for (const add of [addCreate, addList, addRevoke]) add(token);
}
