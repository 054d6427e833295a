// Works through a list with at most `lanes` items at once, and starts none after a deadline.

/** @param deadline epoch ms @param work must not throw @returns the items that were not started */
export async function inLanes<T>(
  items: readonly T[],
  lanes: number,
  deadline: number,
  work: (item: T) => Promise<void>,
): Promise<readonly T[]> {
  let begun = 0;
  const lane = async () => {
    for (let item = items[begun]; item !== undefined && Date.now() < deadline; item = items[begun]) {
      begun += 1;
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
  return items.slice(begun);
}
