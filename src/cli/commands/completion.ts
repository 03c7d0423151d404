/** `nsync completion` */
import { Argument, type Command } from 'commander';
import { examples } from '../options';

async function completion(program: Command, shell: 'bash' | 'zsh'): Promise<void> {
  const [{ bashScript, zshScript }, { print }] = await Promise.all([
    import('../completion/scripts.js'),
    import('../output/output.js'),
  ]);
  await print((shell === 'bash' ? bashScript : zshScript)(program));
}

export function addCompletion(program: Command): void {
  program
    .command('completion')
    .summary('print a script that completes commands and options')
    .description('Prints a script that lets a shell complete commands and options.')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh']))
    .addHelpText(
      'after',
      examples(
        ['completion bash > ~/.local/share/bash-completion/completions/nsync', 'For every bash from now on'],
        ['completion zsh > "${fpath[1]}/_nsync"', 'For every zsh from now on'],
      ),
    )
    .action((shell: 'bash' | 'zsh') => completion(program, shell));
}
