/** What a test has left open. */
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Files of a folder that this process has open, though they have lost their names; 0 where the system does not tell. */
export function openFiles(folder: string): number {
  const all = '/proc/self/fd';
  if (!existsSync(all)) return 0;
  const target = (descriptor: string): string => {
    try {
      return readlinkSync(join(all, descriptor));
    } catch {
      return '';
    }
  };
  return readdirSync(all).filter((descriptor) => target(descriptor).startsWith(folder)).length;
}
