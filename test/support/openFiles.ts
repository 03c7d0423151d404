/** Files that a test left open. */
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** The number of files of a folder that this process has open, including deleted ones. 0 if the system does not tell. */
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
