/** What tells the content of a call from other content: a SHA-256 of its sources, rows and options (R49). */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../canonicalJson';
import { nestingProblem } from '../../nesting';
import { yieldToEventLoop } from '../../eventLoop';
import type { Row } from '../row';
import { batchesOf } from './readBatches';
import type { RunRequest } from './run';

/** A row whose values are nested too deep fails, whatever they are. */
const canonicalRow = ({ number, line, actionFlags, matchOn, externalKey, values, unreadable }: Row): string =>
  canonicalJson([number, line, actionFlags, matchOn, externalKey, nestingProblem(values) ? null : values, unreadable]);

export async function fingerprintOf({ sources, options, policy }: RunRequest): Promise<string> {
  const hash = createHash('sha256');
  const add = (text: string): unknown => hash.update(`${text}\n`);
  const { passes, atomic } = policy;
  // How long a call waits says nothing of its content.
  add(canonicalJson({ options: { ...options, maxWaitSeconds: undefined }, passes, atomic }));
  for (const source of sources) {
    const { system, model, file, text } = source;
    add(canonicalJson([system.trim(), model.trim(), file, text]));
    if (source.fingerprint) add(await source.fingerprint());
    else
      for await (const batch of source.batches())
        for (const rows of batchesOf(batch)) {
          add(rows.map(canonicalRow).join('\n'));
          await yieldToEventLoop();
        }
  }
  return hash.digest('hex');
}
