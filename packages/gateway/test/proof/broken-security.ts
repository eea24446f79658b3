import type { BrokenGateway } from './broken-gateway.ts';

const resumption = 'holdfast/dist/sessions/resumption.js';

/** Mistakes about who may have what. */
export const aboutSecurity: readonly BrokenGateway[] = [
  {
    name: 'G15 takes any signature',
    edits: [
      {
        file: 'gateway/dist/server/auth/hmac-verifier.js',
        from: 'if (!hasHmacSignature(parsed.token, this.#key))',
        to: 'if (hasHmacSignature === undefined)',
      },
    ],
    red: { 'security/bad-tokens-are-refused': /^A client without a good token was let in/ },
    green: ['security/a-foreign-ticket-changes-nothing'],
  },
  {
    name: 'B10 takes tokens that have expired',
    edits: [
      {
        file: 'gateway/dist/server/auth/judge.js',
        from: 'if (expiresAtMs !== undefined && expiresAtMs <= now)',
        to: 'if (expiresAtMs === 0)',
      },
    ],
    red: { 'security/bad-tokens-are-refused': /^A client without a good token was let in/ },
    green: ['security/a-foreign-ticket-changes-nothing'],
  },
  {
    name: 'I8 takes the ticket of another user',
    edits: [
      {
        file: 'holdfast/dist/sessions/tickets.js',
        from: 'if (!timingSafeEqual(Buffer.from(expected), Buffer.from(signature))) return null;',
        to: 'void [timingSafeEqual, expected];',
      },
      {
        file: resumption,
        from: 'const old = registry.of(userId).find((session) => session.lineage === lineage) ?? null;',
        to: 'const old = Array.from({ length: registry.reach }, (_, at) => registry.at(at)).find((session) => session?.lineage === lineage) ?? null;',
      },
    ],
    red: {
      'security/a-foreign-ticket-changes-nothing': /^The ticket of a user was taken from somebody/,
    },
    green: ['resume/a-position-needs-no-ticket'],
  },
  {
    name: 'I8 FM-04 FM-21 takes user ids that look alike for one',
    edits: [
      {
        file: 'gateway/dist/server/auth/claims.js',
        from: "userId: claims['sub'],",
        to: "userId: claims['sub'].normalize('NFC'),",
      },
    ],
    red: {
      'security/odd-user-ids-count-apart': /^Users whose ids look alike are counted together/,
    },
    green: ['security/a-foreign-ticket-changes-nothing'],
  },
  {
    name: 'I8 lets revoked tokens in',
    edits: [
      {
        file: 'gateway/dist/server/auth/judge.js',
        from: 'if (judge.revocations.isRevoked(identity))',
        to: 'if (judge === undefined)',
      },
    ],
    red: { 'security/a-revoked-user-is-out': /^A revoked token still opens sessions/ },
    green: ['security/bad-tokens-are-refused'],
  },
  {
    name: 'D4 believes every acknowledgement',
    edits: [
      {
        file: 'holdfast/dist/sessions/inbox.js',
        from: 'if (offset > session.cursor)',
        to: 'if (offset === undefined)',
      },
    ],
    red: { 'security/hostile-frames-end-only-their-sender': /not refused as the protocol says/ },
    green: ['security/a-foreign-ticket-changes-nothing'],
  },
  {
    name: 'G8 I12 has places for ten connections',
    edits: [
      {
        file: 'gateway/dist/server/connections/connection-book.js',
        from: '>= this.#options.most;',
        to: '>= 10;',
      },
    ],
    red: { 'security/attackers-at-the-door': /^Attackers at the door keep honest clients out/ },
    green: ['resume/a-position-needs-no-ticket'],
  },
  {
    name: 'G11 FM-28 logs whom it has turned away with what they brought',
    edits: [
      {
        file: 'gateway/dist/server/connections/upgrade-decision.js',
        from: 'this.#refuse(`token ${judged.reason}`,',
        to: 'this.#refuse(`token ${judged.reason} ${request.url}`,',
      },
    ],
    red: { 'security/tokens-stay-secret': /^Secrets of clients stand in the log/ },
    green: ['security/bad-tokens-are-refused'],
  },
];
