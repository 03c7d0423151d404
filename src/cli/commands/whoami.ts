/** `nsync whoami` */
import type { Command } from 'commander';
import type { TransportOptions } from '../transports/open';
import { examples, withOutput, withTransport } from '../options';
import type { OutputOptions } from '../output/output';

async function whoami(options: TransportOptions & OutputOptions): Promise<void> {
  const [{ ViewerDocument }, { overTransport }, { print, printJson }, { pairs }, { printable }] = await Promise.all([
    import('../../../schema/operations/generated.js'),
    import('../transports/open.js'),
    import('../output/output.js'),
    import('../output/table.js'),
    import('../output/text.js'),
  ]);
  await overTransport(options, async (transport) => {
    const { viewer } = await transport.ask(ViewerDocument, {});
    const name = printable(viewer.name);
    if (options.json) await printJson(viewer);
    else if (options.quiet) await print(name);
    else await print(...pairs([['Name', name], ['Allowed', printable(viewer.scopes.join(' '))]])); // prettier-ignore
  });
}

export function addWhoami(program: Command): void {
  withOutput(withTransport(program.command('whoami').summary('show who you are, and what you may do')), 'print only the name') // prettier-ignore
    .description('Shows the name under which a server knows you, and your scopes.')
    .addHelpText(
      'after',
      examples(['whoami --server http://127.0.0.1:4000 --token-file hr.token', 'What the token allows']),
    )
    .action(whoami);
}
