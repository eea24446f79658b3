/** How long something may take, milliseconds: the machine may be busy. */
const patienceMs = 20_000;

/** Runs until it is done, or fails once the patience is over. */
export async function eventually<T>(what: string, attempt: () => Promise<T | false>): Promise<T> {
  const giveUpAt = performance.now() + patienceMs;
  let lastError: unknown;
  while (performance.now() < giveUpAt) {
    try {
      const answer = await attempt();
      if (answer !== false) return answer;
    } catch (error) {
      lastError = error;
    }
    await new Promise((resolve) => void setTimeout(resolve, 25));
  }
  throw new Error(`${what}: not within ${patienceMs} ms`, { cause: lastError });
}
