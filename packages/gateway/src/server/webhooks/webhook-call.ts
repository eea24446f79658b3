import type { ClientMessage, Session } from 'holdfast';

/** What a call is about. */
export type WebhookType = 'message' | 'session.opened' | 'session.closed';

/** One call of the application, the same at every try. */
export interface WebhookCall {
  /** Unique for all time. No full stop in it: see `signWebhook`. */
  readonly id: string;
  readonly type: WebhookType;
  /** Id of the session, for the log. */
  readonly session: string;
  readonly body: string;
  readonly bytes: number;
  /** Monotonic ms. */
  readonly queuedAt: number;
  tries: number;
}

/** What distinguishes calls of one type. */
export type WebhookSubject =
  | { readonly type: 'message'; readonly message: ClientMessage }
  | { readonly type: 'session.opened'; readonly resume: string }
  | { readonly type: 'session.closed'; readonly cause: string };

/** Where and when it happened. */
export interface WebhookScene {
  readonly node: string;
  /** Within what lineages have their numbers: this process, or all that share their users. */
  readonly realm: string;
  /** Number of the call in the life of this node. */
  readonly number: number;
  /** Ms since 1970. */
  readonly epochMs: number;
  /** Monotonic ms. */
  readonly nowMs: number;
}

/** The name of all sessions of a client that came back with its ticket, from the first one on. */
export function lineageName(realm: string, { lineage }: Session): string {
  return `${realm}.${lineage}`;
}

/** Makes a call. */
export function createCall(
  session: Session,
  subject: WebhookSubject,
  { node, realm, number, epochMs, nowMs }: WebhookScene,
): WebhookCall {
  const { type } = subject;
  const body = JSON.stringify({
    type,
    node,
    user: session.userId,
    session: session.id,
    lineage: lineageName(realm, session),
    device: session.device,
    time: epochMs,
    ...fieldsOf(subject),
  });
  const id = `msg_${node}_${number}`;
  const bytes = Buffer.byteLength(body);
  return { id, type, session: session.id, body, bytes, queuedAt: nowMs, tries: 0 };
}

function fieldsOf(subject: WebhookSubject): Readonly<Record<string, unknown>> {
  switch (subject.type) {
    case 'message':
      return { id: subject.message.id, data: subject.message.data };
    case 'session.opened':
      return { resume: subject.resume };
    case 'session.closed':
      return { cause: subject.cause };
  }
}
