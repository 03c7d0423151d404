/** `nsync systems` */
import type { Command } from 'commander';
import type { ExternalSystemsQuery } from '../../../schema/operations/generated';
import type { DoorOptions } from '../doors/open';
import { examples, withList } from '../options';
import type { List, ListOptions } from '../output/list';

type System = ExternalSystemsQuery['externalSystems']['nodes'][number];

const SYSTEMS: List<System> = {
  of: 'systems',
  nameOf: ({ name }) => name,
  columns: [
    { title: 'Name', value: ({ name }) => name },
    { title: 'Mappings', value: ({ mappingCount }) => mappingCount },
    { title: 'Known since', value: ({ createdAt }) => createdAt },
    { title: 'Description', value: ({ description }) => description },
  ],
};

async function systems(options: DoorOptions & ListOptions): Promise<void> {
  const [{ ExternalSystemsDocument }, { throughDoor }, { printList }] = await Promise.all([
    import('../../../schema/operations/generated.js'),
    import('../doors/open.js'),
    import('../output/list.js'),
  ]);
  await throughDoor(options, (door) =>
    printList(
      door,
      SYSTEMS,
      async (first, after) => (await door.ask(ExternalSystemsDocument, { first, after })).externalSystems,
      options,
    ),
  );
}

export function addSystems(program: Command): void {
  withList(program.command('systems').summary('list external systems'), 'names')
    .description('Lists external systems, with how many objects each is mapped to.')
    .addHelpText(
      'after',
      examples(['systems', 'All systems'], ['systems --quiet --server http://127.0.0.1:4000', 'The names that a server knows']),
    )
    .action(systems); // prettier-ignore
}
