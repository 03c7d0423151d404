/** `npm run schema`: writes schema/schema.graphql from the code. With `--check`, reports whether the file is up to date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { printSchema } from 'graphql';
import { makeSchema } from './schema';

const FILE = 'schema/schema.graphql';

async function main(): Promise<void> {
  const text = `# Emitted from the code by "npm run schema".\n\n${printSchema(await makeSchema())}\n`;
  if (!process.argv.includes('--check')) {
    writeFileSync(FILE, text);
    return;
  }
  if (readFileSync(FILE, 'utf8') === text) return;
  process.stderr.write(`${FILE} is stale: run "npm run schema".\n`);
  process.exitCode = 1;
}

void main();
