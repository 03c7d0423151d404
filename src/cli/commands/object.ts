/** `nsync object` */
import type { Command } from 'commander';
import type { TouchedObjectFragment } from '../../../schema/operations/generated';
import type { DoorOptions } from '../doors/open';
import { examples, withDoor } from '../options';
import type { Column } from '../output/table';

type Touch = TouchedObjectFragment['touchedBy'][number];

const TOUCHES: readonly Column<Touch>[] = [
  { title: 'System', value: ({ system }) => system.name },
  { title: 'Keys', value: ({ externalKeys }) => externalKeys.join(', ') },
  { title: 'First touched', value: ({ firstTouchedAt }) => firstTouchedAt },
  { title: 'Last touched', value: ({ lastTouchedAt }) => lastTouchedAt },
  { title: 'Last run', value: ({ lastRun }) => lastRun?.id },
];

async function object(model: string, id: string, options: DoorOptions & { readonly json?: boolean }): Promise<void> {
  const [{ SyncedObjectDocument }, { throughDoor }, { CommandFailure }, { print, printJson }, { pairs, Table }, text] =
    await Promise.all([
      import('../../../schema/operations/generated.js'),
      import('../doors/open.js'),
      import('../failure.js'),
      import('../output/output.js'),
      import('../output/table.js'),
      import('../output/text.js'),
    ]);
  await throughDoor(options, async (door) => {
    const { object: found } = await door.ask(SyncedObjectDocument, { model, id });
    if (!found) throw new CommandFailure(`There is no ${model} ${id}.`);
    if (options.json) return printJson(found);
    await print(
      text.paint('bold', text.printable(`${found.model} ${found.id}`)),
      ...pairs(Object.entries(found.values).map(([name, value]) => [text.printable(name), text.shownValue(value)])),
    );
    if (found.touchedBy.length > 0) await print('', ...new Table(TOUCHES).lines(found.touchedBy));
  });
}

export function addObject(program: Command): void {
  withDoor(program.command('object').summary('show an object, and the systems that touched it'))
    .description('Shows an object: its fields, and every system that is mapped to it or has changed it.')
    .argument('<model>', 'its model: Person')
    .argument('<id>', 'its primary key; of a composite one a JSON array')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        ['object Person 17', 'An object, and who touched it'],
        [`object OrderLine '[10248,11]' --json`, 'One with a composite key, as JSON'],
      ),
    )
    .action(object);
}
