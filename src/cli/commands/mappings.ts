/** `nsync mappings` */
import type { Command } from 'commander';
import type { MappingListQuery } from '../../../schema/operations/generated';
import type { TransportOptions } from '../transports/open';
import { examples, withList } from '../options';
import type { List, ListOptions } from '../output/list';
import { shownTime } from '../output/text';

interface Options extends TransportOptions, ListOptions {
  readonly system?: string;
  readonly model?: string;
  readonly key?: string;
  readonly object?: string;
  readonly dangling?: boolean;
}

type Mapping = MappingListQuery['externalKeyMappings']['nodes'][number];

const MAPPINGS: List<Mapping> = {
  of: 'mapping',
  nameOf: ({ externalKey }) => externalKey,
  columns: [
    { title: 'System', value: ({ system }) => system.name },
    { title: 'Model', value: ({ model }) => model },
    { title: 'Key', value: ({ externalKey }) => externalKey },
    { title: 'Object', value: ({ objectId }) => objectId },
    { title: 'Since', value: ({ updatedAt }) => shownTime(updatedAt), spare: 1 },
  ],
};

async function mappings(options: Options): Promise<void> {
  const [{ MappingListDocument }, { overTransport }, { printList }] = await Promise.all([
    import('../../../schema/operations/generated.js'),
    import('../transports/open.js'),
    import('../output/list.js'),
  ]);
  const { system, model, key: externalKey, object: objectId, dangling } = options;
  const filter = { system, model, externalKey, objectId, dangling };
  await overTransport(options, (transport) =>
    printList(
      transport,
      MAPPINGS,
      async (first, after) => (await transport.ask(MappingListDocument, { filter, first, after })).externalKeyMappings,
      options,
    ),
  );
}

export function addMappings(program: Command): void {
  withList(program.command('mappings').summary('list external key mappings'), 'keys')
    .description('Lists external key mappings: each connects a key of an external system to an object.')
    .option('--system <name>', 'only mappings of this system')
    .option('--model <name>', 'only mappings of this model')
    .option('--key <key>', 'only mappings of this key')
    .option('--object <id>', 'only mappings to this object')
    .option('--dangling', 'only mappings whose object no longer exists')
    .addHelpText(
      'after',
      examples(
        ['mappings --system HRSystem --model Person', 'The persons that HRSystem is mapped to'],
        ['mappings --model Person --object 17', 'The keys of person 17 in all systems'],
        ['mappings --dangling --limit 0', 'All mappings whose object is gone'],
      ),
    )
    .action(mappings);
}
