/** The used part of busboy, which contains no types. */
declare module 'busboy' {
  import type { Readable, Writable } from 'node:stream';

  export interface Parts {
    field: [name: string, value: string, info: { readonly valueTruncated: boolean }];
    file: [name: string, stream: Readable, info: { readonly filename?: string }];
    filesLimit: [];
    fieldsLimit: [];
    error: [error: Error];
    close: [];
  }

  interface Busboy extends Writable {
    on<E extends keyof Parts>(event: E, listener: (...args: Parts[E]) => void): this;
  }

  /** Throws if the headers are not those of a multipart body. */
  export default function busboy(config: {
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    readonly defParamCharset: string;
    readonly limits: { readonly fieldSize: number; readonly fields: number; readonly files: number };
  }): Busboy;
}
