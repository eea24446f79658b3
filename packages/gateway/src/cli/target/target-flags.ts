/** What a command that needs a target was given about it. */
export interface TargetFlags {
  readonly target?: string;
  readonly authSecret?: string;
  readonly authIssuer?: string;
  readonly authAudience?: string;
  readonly adminToken?: string;
  readonly env?: string;
}
