/** Reads bodies as the GraphQL multipart request specification defines them. Files are written to disk as they arrive, in any order. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import busboy from 'busboy';
import type { OperationLimits } from '../api';
import { type SpooledFile, spoolUpload } from '../csv';
import { shown } from '../sync';
import { badRequest, bodyTooLarge, RequestFailure } from './failures';
import { assertFewValues } from './jsonSize';

export interface MultipartLimits extends Pick<OperationLimits, 'requestValues'> {
  /** The total limit for everything except files. 0: no limit, here and for `uploadBytes`. */
  readonly bodyBytes: number;
  readonly uploadBytes: number;
}

interface MultipartBody {
  /** `operations`, with the files at the paths in `map`. */
  readonly operations: unknown;
  /** The caller must remove the files. */
  readonly files: readonly SpooledFile[];
}

const MOST_FILES = 1000;
/** `operations` and `map`, and some unknown fields, which are ignored. */
const MOST_FIELDS = 10;

type Place = (file: SpooledFile) => void;
type Container = Record<string, unknown>;

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

/** A setter for a path such as `variables.files.0`. */
function placeOf(operations: Container, path: unknown): Place {
  const keys = typeof path === 'string' ? path.split('.') : [];
  const last = keys.pop();
  let container: unknown = operations;
  for (const key of keys)
    container = isContainer(container) && Object.hasOwn(container, key) ? container[key] : undefined;
  if (!last || last === '__proto__' || !isContainer(container))
    throw badRequest(`map: the operation has no variable ${shown(path)} for a file.`);
  const found = container;
  return (file) => {
    found[last] = file;
  };
}

function readJson(name: string, text: string, limits: MultipartLimits): Container {
  assertFewValues(Buffer.from(text), limits);
  try {
    const value: unknown = JSON.parse(text);
    if (isContainer(value)) return value;
  } catch {
    // The error is thrown below.
  }
  throw badRequest(`The field ${name} of the multipart body is not a JSON object.`);
}

class MultipartReader {
  private operations: Container | undefined;
  private places: Map<string, readonly Place[]> | undefined;
  private fieldBytes = 0;
  private readonly spooling = new Map<string, Promise<SpooledFile>>();

  constructor(
    private readonly limits: MultipartLimits,
    private readonly takeRoom: (bytes: number) => void,
  ) {}

  field(name: string, value: string, isCut: boolean): void {
    const { bodyBytes } = this.limits;
    this.fieldBytes += Buffer.byteLength(value);
    if (bodyBytes > 0 && (isCut || this.fieldBytes > bodyBytes)) throw bodyTooLarge(bodyBytes);
    if (name === 'operations') this.operations = readJson(name, value, this.limits);
    if (name === 'map') this.places = this.readMap(readJson(name, value, this.limits));
  }

  private readMap(map: Container): Map<string, readonly Place[]> {
    const { operations } = this;
    if (!operations) throw badRequest('The multipart body is out of order: the field operations must come before map.');
    return new Map(
      Object.entries(map).map(([name, paths]) => {
        if (!Array.isArray(paths)) throw badRequest(`map: ${shown(name)} is not a list of variables.`);
        return [name, paths.map((path: unknown) => placeOf(operations, path))];
      }),
    );
  }

  /** Reads a part. A part that `map` does not name is discarded. */
  file(name: string, stream: Readable, filename: string, onFailure: (error: unknown) => void): void {
    // The parser reports the same error.
    stream.on('error', () => undefined);
    if (!this.places) throw badRequest('The multipart body is out of order: the field map must come before files.');
    if (!this.places.has(name) || this.spooling.has(name)) {
      stream.resume();
      return;
    }
    const spooled = spoolUpload(stream, filename, this.limits.uploadBytes, this.takeRoom);
    spooled.catch(onFailure);
    this.spooling.set(name, spooled);
  }

  async finish(): Promise<MultipartBody> {
    const { operations, places } = this;
    if (!operations || !places) throw badRequest('The multipart body lacks the fields operations and map.');
    const files: SpooledFile[] = [];
    for (const [name, ofName] of places) {
      const file = await this.spooling.get(name);
      if (!file) throw badRequest(`map: the request has no part ${shown(name)}.`);
      files.push(file);
      for (const place of ofName) place(file);
    }
    return { operations, files };
  }

  /** Removes all files from disk. */
  async discard(): Promise<void> {
    for (const result of await Promise.allSettled(this.spooling.values()))
      if (result.status === 'fulfilled') await result.value.remove();
  }
}

function parserOf(request: IncomingMessage, { bodyBytes }: MultipartLimits): ReturnType<typeof busboy> {
  try {
    return busboy({
      headers: request.headers,
      defParamCharset: 'utf8',
      // busboy marks a field of exactly its limit as cut.
      limits: { fieldSize: bodyBytes > 0 ? bodyBytes + 1 : Infinity, fields: MOST_FIELDS, files: MOST_FILES },
    });
  } catch (error) {
    throw badRequest(`The multipart body cannot be read: ${(error as Error).message}.`);
  }
}

function receive(request: IncomingMessage, reader: MultipartReader, limits: MultipartLimits): Promise<void> {
  const parser = parserOf(request, limits);
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      request.unpipe(parser);
      parser.destroy();
      reject(error as Error);
    };
    const attempt = (step: () => void): void => {
      try {
        step();
      } catch (error) {
        fail(error);
      }
    };
    parser.on('field', (name, value, { valueTruncated }) => attempt(() => reader.field(name, value, valueTruncated)));
    parser.on('file', (name, stream, { filename }) => attempt(() => reader.file(name, stream, filename ?? '', fail)));
    parser.on('filesLimit', () =>
      fail(new RequestFailure(413, 'PAYLOAD_TOO_LARGE', `The request has more than ${MOST_FILES} files.`)),
    );
    parser.on('fieldsLimit', () => fail(badRequest(`The multipart body has more than ${MOST_FIELDS} fields.`)));
    parser.on('error', ({ message }) => fail(badRequest(`The multipart body cannot be read: ${message}.`)));
    parser.on('close', () => {
      // Bytes may follow the last part.
      request.resume();
      resolve();
    });
    request.once('close', () => {
      if (!request.complete) fail(badRequest('The request ended before its body did.'));
    });
    request.pipe(parser);
  });
}

/**
 * Reads a multipart request. `takeRoom` is called with a number of bytes before they are written to disk, and may throw. Throws RequestFailure, or
 * CallError PAYLOAD_TOO_LARGE, and then removes all files.
 */
export async function readMultipart(
  request: IncomingMessage,
  limits: MultipartLimits,
  takeRoom: (bytes: number) => void,
): Promise<MultipartBody> {
  const reader = new MultipartReader(limits, takeRoom);
  try {
    await receive(request, reader, limits);
    return await reader.finish();
  } catch (error) {
    await reader.discard();
    throw error;
  }
}
