import type { ClientEnd, DialRequest } from '../dialer.ts';

/** What a process of clients is told: one JSON object a line. */
export interface ClientOrder {
  readonly open: readonly { readonly id: number; readonly request: DialRequest }[];
}

/** How a try to connect came out. */
interface Decision {
  readonly isOpen: boolean;
  readonly session: string | null;
  readonly end: ClientEnd | null;
  readonly tookMs: number;
}

/** What a process of clients tells: one JSON object a line. */
export type ClientWord =
  | { readonly decided: number; readonly as: Decision }
  | { readonly client: number; readonly ended: ClientEnd }
  | { readonly client: number; readonly offsets: readonly number[] };
