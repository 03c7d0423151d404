/** `nsync serve` */
import type { Command } from 'commander';
import type { LocalOptions } from '../localSettings';
import { examples, withModels } from '../options';

interface Options extends LocalOptions {
  readonly port?: string;
  readonly host?: string;
}

async function serve({ port, host, ...options }: Options): Promise<void> {
  const [server, { localEnvironment }] = await Promise.all([
    import('../../server/serve.js'),
    import('../localSettings.js'),
  ]);
  const environment = localEnvironment(options);
  await server.serve({
    ...environment,
    PORT: port ?? environment.PORT,
    HOST: host ?? environment.HOST,
  });
}

export function addServe(program: Command): void {
  withModels(program.command('serve').summary('serve the GraphQL API'))
    .description('Serves the GraphQL API and its playground until Ctrl-C. Options override the settings of the environment.')
    .option('--port <number>', 'listen on this port (default: PORT, or 4000)')
    .option('--host <address>', 'listen on this address (default: HOST, or 127.0.0.1)')
    .addHelpText(
      'after',
      examples(
        ['serve --demo', 'Serve a demo database on http://127.0.0.1:4000'],
        ['serve --database postgres://user@db.example/app --models ./models.js --port 8080', 'Serve your own database and models'],
      ),
    )
    .action(serve); // prettier-ignore
}
