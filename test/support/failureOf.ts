/** The rejection of `work`. Returns another error if `work` does not fail. */
export const failureOf = (work: PromiseLike<unknown>): Promise<Error & { code?: string }> =>
  Promise.resolve(work).then(
    () => new Error('it has not failed'),
    (error: unknown) => error as Error & { code?: string },
  );
