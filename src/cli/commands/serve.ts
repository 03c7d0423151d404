/** `nsync serve` */
import type { Command } from 'commander';
import { examples } from '../options';

interface Options {
  readonly database?: string;
  readonly models?: string;
  readonly port?: string;
  readonly host?: string;
}

async function serve({ database, models, port, host }: Options): Promise<void> {
  const server = await import('../../server/serve.js');
  const given = { DATABASE_URL: database, NSYNC_MODELS: models, PORT: port, HOST: host };
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  await server.serve({ ...process.env, ...options });
}

export function addServe(program: Command): void {
  program
    .command('serve')
    .summary('serve the GraphQL API')
    .description('Serves the GraphQL API and its playground until Ctrl-C. Settings are those of the environment; options win.')
    .option('--database <url>', 'serve this database (default: DATABASE_URL, or a demo)')
    .option('--models <module>', 'the database’s models (default: NSYNC_MODELS)')
    .option('--port <number>', 'listen on this port (default: PORT, or 4000)')
    .option('--host <address>', 'listen on this address (default: HOST, or 127.0.0.1)')
    .addHelpText(
      'after',
      examples(
        ['serve', 'A demo on http://127.0.0.1:4000'],
        ['serve --database postgres://user@db.example/app --models ./models.js --port 8080', 'Your own database and models'],
      ),
    )
    .action(serve); // prettier-ignore
}
