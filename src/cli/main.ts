#!/usr/bin/env node
/** `nsync`: the command line. */
import { CommanderError } from 'commander';
import { CommandFailure, EXIT, messageOf } from './failure';
import { endQuietlyWithReader, note } from './output/output';
import { makeProgram } from './program';

function exitCodeOf(error: unknown): number {
  // Commander has said what is wrong, or has shown what was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.couldNotRun;
  note(`nsync: ${messageOf(error)}`);
  return error instanceof CommandFailure ? error.exitCode : EXIT.couldNotRun;
}

endQuietlyWithReader();
makeProgram()
  .parseAsync()
  .catch((error: unknown) => {
    process.exitCode = exitCodeOf(error);
  });
