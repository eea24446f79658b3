/** How many failures of each kind were injected. */
export class FaultTally {
  listener = 0;
  hook = 0;
  timer = 0;
  /** Throws of `send`, `ping`, `close` and `terminate`. */
  socket = 0;
  /** Throws of `transport`, which a sweep counts as its own. */
  transport = 0;
}
