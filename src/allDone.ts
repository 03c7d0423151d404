/**
 * Waits for statements that were sent together. Returns their results. Rejects with the first failure in the order of the list, whichever is known first:
 * after a failure, the database refuses the later statements of a transaction too.
 */
export async function allDone<T extends readonly unknown[]>(
  work: T,
): Promise<{ -readonly [Place in keyof T]: Awaited<T[Place]> }> {
  const settled = await Promise.allSettled(work);
  const results = settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value as unknown;
  });
  return results as { -readonly [Place in keyof T]: Awaited<T[Place]> };
}
