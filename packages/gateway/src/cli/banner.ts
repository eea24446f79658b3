import { mintToken } from '../server/auth/mint.ts';
import type { ResolvedConfig } from '../server/config/resolve.ts';
import type { Colors } from './terminal.ts';

/** What the banner tells about. */
export interface BannerFacts extends Pick<ResolvedConfig, 'config' | 'madeUp'> {
  /** `http://host:port` */
  readonly url: string;
  /** `ws://host:port/ws` */
  readonly wsUrl: string;
  /** Where the made-up secrets are. */
  readonly folder: string;
  /** Ms of wall time. */
  readonly nowMs: number;
}

const USER = 'dev';
const TOKEN_TTL_MS = 86_400_000;

/**
 * What a developer needs to go on, for the terminal and never for the log. Tokens are shown only
 * where their secret was made up; one that was given is its giver's to keep.
 */
export function formatBanner(facts: BannerFacts, { bold, dim, cyan }: Colors): string {
  const { url, wsUrl, config, madeUp, folder } = facts;
  const token = madeUp.includes('authSecret') ? mintUserToken(facts) : undefined;
  const ask = dim('as given; `holdfast token` prints one');
  const lines = [
    ['WebSocket', cyan(wsUrl)],
    ['HTTP API', cyan(`${url}/api/v1`)],
    ['health', cyan(`${url}/healthz`)],
    ['metrics', cyan(`${url}/metrics`)],
    ['user token', token === undefined ? ask : `${token} ${dim(`(user ${USER}, one day)`)}`],
    ['admin token', madeUp.includes('adminToken') ? (config.adminToken ?? '') : dim('as given')],
    ...(madeUp.length > 0 ? [['secrets', `${folder} ${dim('(made up; yours alone)')}`]] : []),
  ];
  const text = lines.map(([name, value]) => `  ${(name ?? '').padEnd(12)}  ${value ?? ''}\n`);
  const title = `${bold('Holdfast runs')} in ${config.environment} mode. Ctrl-C stops it.`;
  return `\n  ${title}\n\n${text.join('')}\n${formatTries(facts, token)}\n`;
}

function formatTries({ url, wsUrl }: BannerFacts, token: string | undefined): string {
  if (token === undefined) return '  Mint a token:  npx holdfast token --user anna\n';
  const authorization = 'Authorization: Bearer $(npx holdfast token --admin)';
  const event = '{"event":"hello","data":"world"}';
  return [
    '  Connect, and from another terminal send it an event:\n\n',
    `  npx wscat -c '${wsUrl}?token=${token}'\n\n`,
    `  curl -H "${authorization}" ${url}/api/v1/users/${USER}/events -d '${event}'\n`,
  ].join('');
}

function mintUserToken({ config, nowMs }: BannerFacts): string | undefined {
  const { authSecret, authIssuer, authAudience } = config;
  if (authSecret === undefined) return undefined;
  const minted = mintToken({
    secret: authSecret,
    userId: USER,
    nowMs,
    ttlMs: TOKEN_TTL_MS,
    ...(authIssuer !== undefined && { issuer: authIssuer }),
    ...(authAudience !== undefined && { audience: authAudience }),
  });
  return minted.ok ? minted.token : undefined;
}
