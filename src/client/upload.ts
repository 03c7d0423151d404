/** Uploads files, as the GraphQL multipart request specification defines them. */
import type { Body } from './transport';

type Bytes = Uint8Array | string;
type ByteStream = AsyncIterable<Bytes> | ReadableStream<Uint8Array>;

/** Bytes, text, a Blob or File, or a stream. A function that returns a stream can be read again. */
export type UploadContent = Bytes | Blob | ByteStream | (() => ByteStream);

export interface Upload {
  /** The file's name in outcomes. `syncCsvFiles` reads system and model from it. */
  readonly name: string;
  readonly content: UploadContent;
}

const encoder = new TextEncoder();
const bytesOf = (part: Bytes): Uint8Array => (typeof part === 'string' ? encoder.encode(part) : part);

async function* read(content: UploadContent): AsyncGenerator<Uint8Array> {
  if (typeof content === 'string' || content instanceof Uint8Array) yield bytesOf(content);
  else {
    const stream = typeof content === 'function' ? content() : content instanceof Blob ? content.stream() : content;
    for await (const part of stream as AsyncIterable<Bytes>) yield bytesOf(part);
  }
}

/** Whether the content can be read again. */
export const isRepeatable = ({ content }: Upload): boolean =>
  typeof content === 'string' ||
  typeof content === 'function' ||
  content instanceof Uint8Array ||
  content instanceof Blob;

const quoted = (name: string): string => name.replace(/[\r\n"]/g, (mark) => encodeURIComponent(mark));

/** The multipart body of an operation. `operations` contains null in the places of files. */
export function multipartBody(operations: string, files: readonly { place: string; upload: Upload }[]): Body {
  const boundary = `nsync-${crypto.randomUUID()}`;
  const part = (name: string, more = ''): Uint8Array =>
    encoder.encode(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`);
  const end = encoder.encode('\r\n');
  async function* make(): AsyncGenerator<Uint8Array> {
    yield part('operations');
    yield encoder.encode(operations);
    yield end;
    yield part('map');
    yield encoder.encode(JSON.stringify(Object.fromEntries(files.map(({ place }, index) => [index, [place]]))));
    yield end;
    for (const [index, { upload }] of files.entries()) {
      yield part(String(index), `; filename="${quoted(upload.name)}"\r\ncontent-type: text/csv`);
      yield* read(upload.content);
      yield end;
    }
    yield encoder.encode(`--${boundary}--\r\n`);
  }
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, 'apollo-require-preflight': 'true' },
    make,
  };
}
