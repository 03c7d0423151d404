/** `nsync systems` */
import type { Command } from 'commander';
import type { ExternalSystemsQuery } from '../../../schema/operations/generated';
import type { TransportOptions } from '../transports/open';
import { examples, withList } from '../options';
import type { List, ListOptions } from '../output/list';
import { shownTime } from '../output/text';

type System = ExternalSystemsQuery['externalSystems']['nodes'][number];

const SYSTEMS: List<System> = {
  of: 'system',
  nameOf: ({ name }) => name,
  columns: [
    { title: 'Name', value: ({ name }) => name },
    { title: 'Mappings', value: ({ mappingCount }) => mappingCount },
    { title: 'Known since', value: ({ createdAt }) => shownTime(createdAt), spare: 1 },
    { title: 'Description', value: ({ description }) => description },
  ],
};

async function systems(options: TransportOptions & ListOptions): Promise<void> {
  const [{ ExternalSystemsDocument }, { overTransport }, { printList }] = await Promise.all([
    import('../../../schema/operations/generated.js'),
    import('../transports/open.js'),
    import('../output/list.js'),
  ]);
  await overTransport(options, (transport) =>
    printList(
      transport,
      SYSTEMS,
      async (first, after) => (await transport.ask(ExternalSystemsDocument, { first, after })).externalSystems,
      options,
    ),
  );
}

export function addSystems(program: Command): void {
  withList(program.command('systems').summary('list external systems'), 'names')
    .description('Lists external systems, with the number of objects that each is mapped to.')
    .addHelpText(
      'after',
      examples(['systems', 'All systems'], ['systems --quiet --server http://127.0.0.1:4000', 'The names of the systems of a server']),
    )
    .action(systems); // prettier-ignore
}
