/** `nsync object` */
import type { Command } from 'commander';
import type { TouchedObjectFragment } from '../../../schema/operations/generated';
import type { TransportOptions } from '../transports/open';
import { examples, withTransport } from '../options';
import type { Column } from '../output/table';
import { shownTime } from '../output/text';

type Touch = TouchedObjectFragment['touchedBy'][number];

const TOUCHES: readonly Column<Touch>[] = [
  { title: 'System', value: ({ system }) => system.name },
  { title: 'Keys', value: ({ externalKeys }) => externalKeys.join(', ') },
  { title: 'First touched', value: ({ firstTouchedAt }) => shownTime(firstTouchedAt), spare: 1 },
  { title: 'Last touched', value: ({ lastTouchedAt }) => shownTime(lastTouchedAt) },
  { title: 'Last run', value: ({ lastRun }) => lastRun?.id },
];

async function object(
  model: string,
  id: string,
  options: TransportOptions & { readonly json?: boolean },
): Promise<void> {
  const [
    { SyncedObjectDocument },
    { overTransport },
    { CommandFailure },
    { print, printJson },
    { pairs },
    { printTable },
    text,
  ] = await Promise.all([
    import('../../../schema/operations/generated.js'),
    import('../transports/open.js'),
    import('../failure.js'),
    import('../output/output.js'),
    import('../output/table.js'),
    import('../output/printTable.js'),
    import('../output/text.js'),
  ]);
  await overTransport(options, async (transport) => {
    const { object: found } = await transport.ask(SyncedObjectDocument, { model, id });
    if (!found) throw new CommandFailure(`There is no ${model} ${id}.`);
    if (options.json) return printJson(found);
    await print(
      text.paint('bold', text.printable(`${found.model} ${found.id}`)),
      ...pairs(Object.entries(found.values).map(([name, value]) => [text.printable(name), text.shownValue(value)])),
    );
    if (found.touchedBy.length === 0) return;
    await print('');
    await printTable(TOUCHES, found.touchedBy);
  });
}

export function addObject(program: Command): void {
  withTransport(program.command('object').summary('show an object, and the systems that touched it'))
    .description('Shows an object: its fields, and the systems that are mapped to it or have changed it.')
    .argument('<model>', 'the model of the object: Person')
    .argument('<id>', 'the primary key; a JSON array if the key is composite')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        ['object Person 17', 'A person, and the systems that touched it'],
        [`object OrderLine '[10248,11]' --json`, 'An object with a composite key, as JSON'],
      ),
    )
    .action(object);
}
