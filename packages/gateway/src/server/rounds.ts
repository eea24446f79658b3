/** Something done again and again. */
export interface Round {
  readonly everyMs: number;
  readonly act: () => void;
}

/** Starts the rounds; the function returned ends them. They never keep the process alive. */
export function startRounds(
  rounds: readonly Round[],
  onThrow: (error: unknown) => void,
): () => void {
  const timers = rounds.map(({ everyMs, act }) =>
    setInterval(() => {
      try {
        act();
      } catch (error) {
        // A failed round must neither end the process nor the other rounds.
        onThrow(error);
      }
    }, everyMs).unref(),
  );
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}
