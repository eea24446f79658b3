/** A scenario of `holdfast verify` that a port is to fail. */
export interface ExpectedFailure {
  readonly scenario: string;
  /** The failure mode, fault or invariant it is for, and what the port does. */
  readonly because: string;
  /** A race the port loses or wins, or a matter of how busy the machine is. */
  readonly isByChance?: true;
}
