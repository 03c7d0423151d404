/** `nsync completion` */
import { Argument, type Command } from 'commander';
import { examples } from '../options';

async function completion(program: Command, shell: 'bash' | 'zsh'): Promise<void> {
  const [{ bashScript }, { zshScript }, { print }] = await Promise.all([
    import('../completion/bash.js'),
    import('../completion/zsh.js'),
    import('../output/output.js'),
  ]);
  await print((shell === 'bash' ? bashScript : zshScript)(program));
}

const INSTALLATION = `
Installation for bash, with the package bash-completion:
  mkdir -p ~/.local/share/bash-completion/completions
  nsync completion bash > ~/.local/share/bash-completion/completions/nsync

Installation for zsh, with "fpath=(~/.zfunc $fpath)" before compinit in ~/.zshrc:
  mkdir -p ~/.zfunc && nsync completion zsh > ~/.zfunc/_nsync`;

export function addCompletion(program: Command): void {
  program
    .command('completion')
    .summary('print a completion script for a shell')
    .description('Prints a script with which a shell completes commands, options, and the names of models and systems.')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh']))
    .addHelpText('after', examples(['completion bash', 'Print the script for bash']))
    .addHelpText('after', INSTALLATION)
    .action((shell: 'bash' | 'zsh') => completion(program, shell));
}
