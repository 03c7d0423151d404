/**
 * Lets a connection send statements before those before them are answered. mysql2 sends a statement when the last one is answered, so the server would
 * wait for this process, which may be busy. Servers answer in order: an early statement only has to read its answer when it is its turn.
 */
import { Connection as DriverConnection } from 'mysql2';

/** A command of mysql2. Called without a packet, it sends its own. After that, it reads the packets of its answer, and returns true after the last one. */
interface Command {
  readonly onResult?: (error: Error | null, result?: unknown) => void;
  execute(packet: object | undefined, connection: Connection): boolean;
}

/** Members of a connection that mysql2's typings lack. */
interface Connection {
  /** The command that reads. */
  readonly _command?: Command;
  /** The commands after it. */
  readonly _commands: { readonly length: number; push(command: Command): void };
  /** The number of the next packet of the command that reads. */
  sequenceId: number;
  readonly stream: { cork(): void; uncork(): void };
  readonly config: { readonly compress: boolean };
  addCommand(command: Command): Command;
  query(sql: string, values: null, done: (error: Error | null) => void): void;
}

interface DriverClass {
  createQuery(sql: string, values: null, done: undefined, config: object): Command;
}

/** The class of commands with a statement as text. mysql2 does not export it. */
const Query = (DriverConnection as unknown as DriverClass).createQuery('', null, undefined, {}).constructor;

const isQuery = (command: Command | undefined): boolean => command instanceof Query;

/** A command that was sent early. */
class Sent implements Command {
  constructor(
    private readonly command: Command,
    /** The number of the first packet of its answer. */
    private readonly firstPacket: number,
  ) {}

  /** mysql2 calls it if the connection is lost. */
  get onResult(): Command['onResult'] {
    return this.command.onResult;
  }

  execute(packet: object | undefined, connection: Connection): boolean {
    if (packet) return this.command.execute(packet, connection);
    connection.sequenceId = this.firstPacket;
    return false;
  }
}

/** From now on, the connection sends each statement at once, those of a turn of the event loop with one system call. */
export function pipeline(driverConnection: object): void {
  const connection = driverConnection as Connection;
  const { stream, config } = connection;
  if (config.compress) return;
  const add = connection.addCommand.bind(connection);
  let last: Command | undefined;
  connection.addCommand = (command) => {
    const before = connection._commands.length > 0 ? last : connection._command;
    last = command;
    stream.cork();
    process.nextTick(() => stream.uncork());
    // Commands of other kinds send and read several times.
    if (!isQuery(command) || !(isQuery(before) || before instanceof Sent)) return add(command);
    const { sequenceId } = connection;
    try {
      command.execute(undefined, connection);
      last = new Sent(command, connection.sequenceId);
      connection._commands.push(last);
    } finally {
      connection.sequenceId = sequenceId;
    }
    return command;
  };
}

/** Sends two statements together. Resolves to whether both are answered. ProxySQL closes such a connection. */
export async function acceptsPipeline(driverConnection: object): Promise<boolean> {
  const connection = driverConnection as Connection;
  const send = (): Promise<boolean> =>
    new Promise((resolve) => connection.query('DO 0', null, (error) => resolve(error === null)));
  return (await Promise.all([send(), send()])).every(Boolean);
}
