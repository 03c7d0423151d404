#!/usr/bin/env node
/** `nsync`: the command line. */
import '../server/production';
import { CommanderError } from 'commander';
import { CommandFailure, EXIT, messageOf } from './failure';
import { endQuietlyWithReader, note } from './output/output';
import { makeProgram } from './program';

function end(error: unknown): void {
  // Commander has already printed the error or the help.
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT.couldNotRun;
    return;
  }
  note(`nsync: ${messageOf(error)}`);
  // Does not wait for open streams: stdin may never end.
  process.exit(error instanceof CommandFailure ? error.exitCode : EXIT.couldNotRun);
}

endQuietlyWithReader();
makeProgram().parseAsync().catch(end);
