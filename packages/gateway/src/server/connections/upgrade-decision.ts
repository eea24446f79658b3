import type { IncomingMessage } from 'node:http';
import type { ResumeRequest, Stance } from 'holdfast';
import type { Verdict as UpgradeVerdict } from 'holdfast/ws';
import type { ProxyTrust } from '../address.ts';
import { findToken } from '../auth/token-source.ts';
import type { Refusal as TokenRefusal, Verdict as TokenVerdict } from '../auth/verdict.ts';
import type { TokenVerifier } from '../auth/verifier.ts';
import { createProblem } from '../http/problem.ts';
import type { OriginCheck } from '../origin.ts';
import type { ConnectionBook } from './connection-book.ts';
import type { HandshakeRates } from './handshake-rates.ts';
import { hasTooManyHeaders, pathOfTarget } from './request-head.ts';
import { findResume } from './resume-source.ts';

/** What decides about upgrade requests. */
export interface UpgradeParts {
  readonly book: ConnectionBook;
  readonly rates: HandshakeRates;
  readonly trust: ProxyTrust;
  readonly isOriginAllowed: OriginCheck;
  readonly verifier: TokenVerifier;
  /** Whether limit and clean-up are enforced for this user; a promise where a flag has to be asked. */
  readonly stanceOf: (userId: string) => Stance | Promise<Stance>;
  /** When a newcomer may come back, in ms, while the gateway is stopping; null while it is not. */
  readonly drainRetryMs: () => number | null;
  /** The same while the memory is nearly full. */
  readonly overloadRetryMs: () => number | null;
  /** Told why a newcomer was turned away before it could ask for a slot; nothing of the request. */
  readonly onTurnedAway: (reason: string) => void;
}

/** Where WebSockets connect. */
export const WEBSOCKET_PATH: string = '/ws';

/** Keys cannot be fetched: the fetch is tried again after this time. */
const KEYS_RETRY_MS = 5000;
const FULL_RETRY_S = 5;

/** A refusal before the upgrade, and whether it is the client's own doing. */
interface Rejection {
  readonly verdict: UpgradeVerdict;
  readonly code: string;
  readonly isCharged: boolean;
}

/**
 * The decision about upgrade requests, in the order: bounds of this gateway, of the address, form,
 * origin, token. Up to the token the answer is plain HTTP; whatever needs the token is upgraded and
 * then closed, so that browsers see the code. Nothing depends on whether a user is known.
 */
export class UpgradeDecision {
  readonly #parts: UpgradeParts;
  /** Requests refused for our reasons, not theirs: they cost the address nothing. */
  readonly #uncharged: WeakSet<IncomingMessage> = new WeakSet();

  constructor(parts: UpgradeParts) {
    this.#parts = parts;
  }

  /** Decides; a promise only where the keys are fetched. */
  readonly decide = (request: IncomingMessage): UpgradeVerdict | Promise<UpgradeVerdict> => {
    this.#parts.book.heardFrom(request.socket);
    const early = this.#refuseOutright(request) ?? refuseForm(request) ?? this.#origin(request);
    if (early !== null) return this.#settle(request, early);
    const found = findToken({
      url: request.url ?? '',
      authorization: request.headers.authorization,
      protocols: request.headers['sec-websocket-protocol'],
    });
    if (!found.ok) return this.#settle(request, rejection(400, 'bad-upgrade', found.detail));
    const brought = findResume(request.url ?? '');
    if (!brought.ok) return this.#settle(request, rejection(400, 'bad-upgrade', brought.detail));
    const { resume } = brought;
    const verdict = this.#parts.verifier.verify(found.token);
    return verdict instanceof Promise
      ? verdict.then((judged) => this.#place(request, judged, resume))
      : this.#place(request, verdict, resume);
  };

  /** A handshake ended without a WebSocket: rejected, malformed, or left by its client. */
  readonly unfinished = (request: IncomingMessage): void => {
    if (!this.#uncharged.has(request)) this.#parts.rates.charge(request);
  };

  #refuseOutright(request: IncomingMessage): Rejection | null {
    const { book, rates } = this.#parts;
    if (book.isInExcess(request.socket)) {
      const detail = 'Expected fewer connections: this gateway is full. Come back later.';
      return uncharged(rejection(503, 'too-many-connections', detail, FULL_RETRY_S));
    }
    const retryMs = rates.retryAfterMs(request);
    if (retryMs > 0) {
      const detail = 'Expected fewer failed handshakes from this address. Come back later.';
      return uncharged(rejection(429, 'handshake-rate', detail, Math.ceil(retryMs / 1000)));
    }
    return null;
  }

  #origin(request: IncomingMessage): Rejection | null {
    const { trust, isOriginAllowed } = this.#parts;
    const { host, origin, 'x-forwarded-proto': forwardedProto } = request.headers;
    const scheme = trust.clientScheme({
      peer: request.socket.remoteAddress,
      isEncrypted: false,
      forwardedProto: Array.isArray(forwardedProto) ? forwardedProto.join(',') : forwardedProto,
    });
    if (isOriginAllowed({ origin, host, scheme })) return null;
    const detail = 'Expected a page of an allowed origin: see --allowed-origins.';
    return rejection(403, 'origin-not-allowed', detail);
  }

  /** Finds out what is in force for whom the token is good for. */
  #place(
    request: IncomingMessage,
    judged: TokenVerdict,
    resume: ResumeRequest | undefined,
  ): UpgradeVerdict | Promise<UpgradeVerdict> {
    if (!judged.ok) return this.#judged(request, judged, {});
    const brought = resume === undefined ? {} : { resume };
    const placed = this.#parts.stanceOf(judged.identity.userId);
    return placed instanceof Promise
      ? placed.then((stance) => this.#judged(request, judged, { ...brought, stance }))
      : this.#judged(request, judged, { ...brought, stance: placed });
  }

  /** What is decided after the token: a stopping or full gateway tells nobody whether a token is good. */
  #judged(
    request: IncomingMessage,
    judged: TokenVerdict,
    about: { readonly resume?: ResumeRequest; readonly stance?: Stance },
  ): UpgradeVerdict {
    const drainMs = this.#parts.drainRetryMs();
    if (drainMs !== null) return this.#refuse('draining', refused('draining', drainMs));
    const overloadMs = this.#parts.overloadRetryMs();
    if (overloadMs !== null) return this.#refuse('overload', refused('overload', overloadMs));
    if (!judged.ok)
      return this.#refuse(`token ${judged.reason}`, this.#unauthorized(request, judged));
    const { identity } = judged;
    const { userId, device, limit } = identity;
    return {
      kind: 'open',
      request: {
        userId,
        ...(device !== undefined && { device }),
        ...(limit !== undefined && { limit }),
        ...about,
        extra: identity,
      },
    };
  }

  #unauthorized(request: IncomingMessage, { reason }: TokenRefusal): UpgradeVerdict {
    if (reason === 'unavailable') return refused('overload', KEYS_RETRY_MS);
    this.#parts.rates.charge(request);
    return refused('unauthorized');
  }

  #refuse(reason: string, verdict: UpgradeVerdict): UpgradeVerdict {
    this.#parts.onTurnedAway(reason);
    return verdict;
  }

  #settle(request: IncomingMessage, { verdict, code, isCharged }: Rejection): UpgradeVerdict {
    if (!isCharged) this.#uncharged.add(request);
    return this.#refuse(code, verdict);
  }
}

function refuseForm(request: IncomingMessage): Rejection | null {
  if (pathOfTarget(request.url ?? '') !== WEBSOCKET_PATH) {
    return rejection(404, 'not-found', `Expected a WebSocket at \`${WEBSOCKET_PATH}\`.`);
  }
  if (hasTooManyHeaders(request)) {
    return rejection(431, 'too-many-headers', 'Expected fewer header lines.');
  }
  const detail = 'Expected a WebSocket upgrade as in RFC 6455, version 13, without a body.';
  return isUpgrade(request) ? null : rejection(400, 'bad-upgrade', detail);
}

/** RFC 6455 section 4.2.1. A body would be taken for frames. */
function isUpgrade({ headers, method }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || hasContent(headers);
  return (
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    /^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '') &&
    headers['sec-websocket-version'] === '13' &&
    !hasBody
  );
}

function hasContent(headers: IncomingMessage['headers']): boolean {
  return Number(headers['content-length'] ?? 0) !== 0;
}

function refused(
  cause: Extract<UpgradeVerdict, { kind: 'refuse' }>['cause'],
  retryAfterMs?: number,
): UpgradeVerdict {
  return { kind: 'refuse', cause, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

function rejection(
  status: number,
  code: string,
  ...[detail, retryAfterS]: [detail: string, retryAfterS?: number]
): Rejection {
  const headers = {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    ...(retryAfterS !== undefined && { 'Retry-After': String(Math.max(1, retryAfterS)) }),
  };
  const body = JSON.stringify(createProblem(status, code, detail));
  return { verdict: { kind: 'reject', status, headers, body }, code, isCharged: true };
}

function uncharged(rejected: Rejection): Rejection {
  return { ...rejected, isCharged: false };
}
