import { isLoopbackHost } from '../address.ts';
import { readWebhookSecret } from '../webhooks/webhook-secret.ts';
import type { ServeConfig } from './serve-config.ts';

/** HMAC-SHA-256 keys below the size of the hash weaken it: RFC 7518, section 3.2. */
export const SMALLEST_SECRET_BYTES: number = 32;
const DECIDE_WHAT_IS_MISSING = ['host', 'authSecret', 'jwksUrl', 'adminToken'];
const SMALLEST_ADMIN_TOKEN_CHARACTERS = 16;

/** Secrets that may be made up on the spot, in development and test on a loopback address. */
export interface MissingSecrets {
  readonly authSecret: boolean;
  readonly adminToken: boolean;
}

/** True where secrets may be made up: nobody but this machine can reach the gateway. */
export function mayMakeUpSecrets(config: Pick<ServeConfig, 'environment' | 'host'>): boolean {
  const { environment, host } = config;
  return (environment === 'development' || environment === 'test') && isLoopbackHost(host);
}

/** Which secrets are needed and not given. */
export function findMissingSecrets(config: ServeConfig): MissingSecrets {
  return {
    authSecret: config.authSecret === undefined && config.jwksUrl === undefined,
    adminToken: config.adminToken === undefined,
  };
}

/**
 * Relations between options that only the gateway has: who signs tokens, what must be given where.
 * (Relations between the library's own options are the library's to check.) Properties in
 * `unreadable` were given and not understood: they are not called missing as well.
 */
export function findContradictions(config: ServeConfig, unreadable: ReadonlySet<string>): string[] {
  const hasUnreadableWebhooks = unreadable.has('webhookUrl') || unreadable.has('webhookSecret');
  const problems = [
    ...secretProblems(config),
    ...adminTokenProblems(config),
    ...interimProblems(config),
    ...(hasUnreadableWebhooks ? [] : webhookProblems(config)),
    ...(unreadable.has('redisUrl') ? [] : storeProblems(config)),
  ];
  const canTell = !DECIDE_WHAT_IS_MISSING.some((property) => unreadable.has(property));
  return canTell ? [...problems, ...missingProblems(config)] : problems;
}

/** What is allowed but rarely meant. */
export function findOddities(config: ServeConfig): string[] {
  const oddities: string[] = [];
  if (config.jwksUrl !== undefined && config.authAudience === undefined) {
    oddities.push(
      '`--jwks-url` without `--auth-audience` accepts tokens that were issued for other ' +
        'applications of the same issuer.',
    );
  }
  if (config.redisUrl !== undefined && config.nodeUrl === undefined && isAnyHost(config.host)) {
    oddities.push(
      '`--redis-url` without `--node-url`: nobody elsewhere reaches this node at the address it ' +
        `listens on (${config.host}), which is what the list of nodes tells of it.`,
    );
  }
  return oddities;
}

/** Stands for all addresses of the machine, and names none of them. */
function isAnyHost(host: string): boolean {
  return ['0.0.0.0', '::', '[::]'].includes(host.trim());
}

function secretProblems({ authSecret, jwksUrl }: ServeConfig): string[] {
  const problems: string[] = [];
  if (authSecret !== undefined && jwksUrl !== undefined) {
    problems.push(
      'Expected `--auth-secret` or `--jwks-url` to be given, got both. Keep the one your tokens are signed with.',
    );
  }
  const bytes = authSecret === undefined ? undefined : Buffer.byteLength(authSecret, 'utf8');
  if (bytes !== undefined && bytes < SMALLEST_SECRET_BYTES) {
    problems.push(
      `Expected \`--auth-secret\` to be at least ${SMALLEST_SECRET_BYTES} bytes in UTF-8, got ${bytes}. ` +
        '`openssl rand -base64 32` prints a good one.',
    );
  }
  return problems;
}

function adminTokenProblems({ adminToken, authSecret }: ServeConfig): string[] {
  if (adminToken === undefined) return [];
  const problems: string[] = [];
  if (adminToken.length < SMALLEST_ADMIN_TOKEN_CHARACTERS) {
    problems.push(
      `Expected \`--admin-token\` to be at least ${SMALLEST_ADMIN_TOKEN_CHARACTERS} characters, got ${adminToken.length}. ` +
        '`openssl rand -hex 24` prints a good one.',
    );
  }
  if (!/^[!-~]*$/.test(adminToken)) {
    problems.push(
      'Expected `--admin-token` to be printable ASCII without spaces, got other characters: ' +
        'it has to fit into an Authorization header.',
    );
  }
  if (adminToken === authSecret) {
    problems.push(
      'Expected `--admin-token` and `--auth-secret` to differ, got the same text for both.',
    );
  }
  return problems;
}

function interimProblems({ interimLimit, maxSessionsPerUser }: ServeConfig): string[] {
  if (interimLimit === undefined || interimLimit >= maxSessionsPerUser) return [];
  return [
    'Expected `--interim-limit` to be at least `--max-sessions-per-user` (it stands in for it while things ' +
      `are amiss), got ${interimLimit} and ${maxSessionsPerUser}. Change one of the two.`,
  ];
}

function webhookProblems({ webhookUrl, webhookSecret }: ServeConfig): string[] {
  const problems: string[] = [];
  if (webhookUrl !== undefined && webhookSecret === undefined) {
    problems.push(
      'Expected `--webhook-secret` to be given with `--webhook-url`, got nothing: calls are signed. ' +
        '`openssl rand -base64 32` prints a good one.',
    );
  }
  if (webhookSecret === undefined) return problems;
  if (webhookUrl === undefined) {
    problems.push('Expected `--webhook-url` to be given with `--webhook-secret`, got nothing.');
  }
  const read = readWebhookSecret(webhookSecret);
  if (!read.ok) problems.push(`Expected \`--webhook-secret\` to be ${read.expected}.`);
  return problems;
}

/** What a node decides by itself cannot hold for all of them. */
function storeProblems(config: ServeConfig): string[] {
  if (config.redisUrl === undefined) return passwordProblems(config);
  const given = rolloutFlags.filter(([property]) => config[property] !== undefined);
  return given.map(
    ([, flag]) =>
      `Expected \`${flag}\` not to be given with \`--redis-url\`, got both: the limit of all nodes together ` +
      'cannot be observed only. Roll out node by node before they share a store.',
  );
}

/** A password for nothing is an address that was forgotten. */
function passwordProblems({ redisPassword, redisSentinelPassword }: ServeConfig): string[] {
  const flags = [
    ...(redisPassword === undefined ? [] : ['--redis-password']),
    ...(redisSentinelPassword === undefined ? [] : ['--redis-sentinel-password']),
  ];
  return flags.map((flag) => `Expected \`--redis-url\` to be given with \`${flag}\`, got nothing.`);
}

const rolloutFlags = [
  ['rolloutPercent', '--rollout'],
  ['rolloutFile', '--rollout-file'],
  ['rolloutProvider', '--rollout-provider'],
] as const;

function missingProblems(config: ServeConfig): string[] {
  if (mayMakeUpSecrets(config)) return [];
  const missing = findMissingSecrets(config);
  const because =
    'Secrets are made up only in development and test on a loopback address; ' +
    `this is ${config.environment} on ${config.host}.`;
  const problems: string[] = [];
  if (missing.authSecret) {
    problems.push(
      `Expected \`--auth-secret\` or \`--jwks-url\` to be given, got neither. ${because}`,
    );
  }
  if (missing.adminToken) {
    problems.push(`Expected \`--admin-token\` to be given, got nothing. ${because}`);
  }
  return problems;
}
