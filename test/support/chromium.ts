/** Chromium, where the machine has one. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Nothing but the page may ask the network for anything. */
const ARGUMENTS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The first on the PATH; null where there is none. */
export const chromiumPath: string | null =
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path)) ?? null;

/** Throws where there is no Chromium. */
export function launchChromium(): Promise<Browser> {
  if (chromiumPath === null) throw new Error('There is no Chromium: apt-get install chromium');
  return chromium.launch({ executablePath: chromiumPath, args: ARGUMENTS });
}
