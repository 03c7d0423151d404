/** `npm start`: the server as a process. */
import './production';
import { serve } from './serve';
import { SettingsError } from './settings';

serve(process.env).catch((error: unknown) => {
  const detail =
    error instanceof SettingsError
      ? error.message
      : `The server cannot start: ${(error as Error).message.split('\n')[0]}`;
  process.stderr.write(`${detail}\n`);
  process.exit(1);
});
