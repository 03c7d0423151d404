#!/usr/bin/env node
/** `nsync`: the command line. */
import '../server/production';
import { CommanderError } from 'commander';
import { CommandFailure, EXIT, messageOf } from './failure';
import { endQuietlyWithReader, note } from './output/output';
import { makeProgram } from './program';

function end(error: unknown): void {
  // Commander has said what is wrong, or has shown what was asked for.
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT.couldNotRun;
    return;
  }
  note(`nsync: ${messageOf(error)}`);
  // Not left to the end of all that was begun: stdin may have none.
  process.exit(error instanceof CommandFailure ? error.exitCode : EXIT.couldNotRun);
}

endQuietlyWithReader();
makeProgram().parseAsync().catch(end);
