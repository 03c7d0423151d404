/** `nsync mappings` */
import type { Command } from 'commander';
import type { MappingListQuery } from '../../../schema/operations/generated';
import type { DoorOptions } from '../doors/open';
import { examples, withList } from '../options';
import type { List, ListOptions } from '../output/list';

interface Options extends DoorOptions, ListOptions {
  readonly system?: string;
  readonly model?: string;
  readonly key?: string;
  readonly object?: string;
  readonly dangling?: boolean;
}

type Mapping = MappingListQuery['externalKeyMappings']['nodes'][number];

const MAPPINGS: List<Mapping> = {
  of: 'mappings',
  nameOf: ({ externalKey }) => externalKey,
  columns: [
    { title: 'System', value: ({ system }) => system.name },
    { title: 'Model', value: ({ model }) => model },
    { title: 'Key', value: ({ externalKey }) => externalKey },
    { title: 'Object', value: ({ objectId }) => objectId },
    { title: 'Since', value: ({ updatedAt }) => updatedAt },
  ],
};

async function mappings(options: Options): Promise<void> {
  const [{ MappingListDocument }, { throughDoor }, { printList }] = await Promise.all([
    import('../../../schema/operations/generated.js'),
    import('../doors/open.js'),
    import('../output/list.js'),
  ]);
  const { system, model, key: externalKey, object: objectId, dangling } = options;
  const filter = { system, model, externalKey, objectId, dangling };
  await throughDoor(options, (door) =>
    printList(
      door,
      MAPPINGS,
      async (first, after) => (await door.ask(MappingListDocument, { filter, first, after })).externalKeyMappings,
      options,
    ),
  );
}

export function addMappings(program: Command): void {
  withList(program.command('mappings').summary('list external key mappings'), 'keys')
    .description('Lists external key mappings: which system knows which object under which key.')
    .option('--system <name>', 'of this system')
    .option('--model <name>', 'of this model')
    .option('--key <key>', 'with exactly this key')
    .option('--object <id>', 'that point to this object')
    .option('--dangling', 'whose object no longer exists')
    .addHelpText(
      'after',
      examples(
        ['mappings --system HRSystem --model Person', 'Persons that a system knows'],
        ['mappings --model Person --object 17', 'Who calls an object what'],
        ['mappings --dangling --limit 0', 'All keys whose object is gone'],
      ),
    )
    .action(mappings);
}
