import type { Deployment } from '../../proof/deployment.ts';
import { startGateway } from '../../proof/processes/start-gateway.ts';
import type { Grounds } from '../../proof/scenarios/house.ts';
import { reachTarget } from '../../proof/wire/reach-target.ts';
import { findAdminToken } from '../admin-token.ts';
import { findAuthSecret, findParties } from '../auth-secret.ts';
import { failed, wrongUsage } from '../command-failure.ts';
import { describeNoAnswer } from '../gateway-answer.ts';
import { readAddress } from '../gateway-client.ts';
import type { Terminal } from '../terminal.ts';
import type { TargetFlags } from './target-flags.ts';

/** What a run is held against, and what must not stand in anything it writes. */
export interface FoundGrounds {
  readonly grounds: Grounds;
  /** Null where gateways are started for the run. */
  readonly url: string | null;
  readonly secrets: readonly string[];
}

const usualEnvironment = 'staging';
const patienceMs = 10_000;

/** The target that was given, once each of its nodes has answered; without one, gateways of the run's own. @throws CommandFailure */
export async function findGrounds(
  flags: TargetFlags,
  { environment }: { readonly environment: string | null },
  terminal: Terminal,
): Promise<FoundGrounds> {
  if (flags.target === undefined) {
    refuseSecrets(flags);
    const own = environment ?? usualEnvironment;
    const start = startIn(own);
    return { grounds: { start, environment: own }, url: null, secrets: [] };
  }
  const urls = flags.target
    .split(',')
    .map((value) => readAddress({ value: value.trim(), from: '`--target`' }));
  const authSecret = findAuthSecret(flags.authSecret, terminal);
  const adminToken = findAdminToken(flags.adminToken, terminal);
  const { issuer: authIssuer, audience: authAudience } = findParties(flags, terminal);
  for (const url of urls) await tryTarget(url, adminToken);
  const nodes = urls.map((url) =>
    reachTarget({
      name: url,
      url,
      authSecret,
      adminToken: adminToken.value,
      ...(authIssuer !== undefined && { authIssuer }),
      ...(authAudience !== undefined && { authAudience }),
    }),
  );
  const [target] = nodes as [Deployment];
  const secrets = [authSecret, adminToken.value];
  return { grounds: { target, nodes, environment }, url: urls.join(','), secrets };
}

function startIn(environment: string): Extract<Grounds, { readonly start: unknown }>['start'] {
  return async (flags, surroundings) =>
    await startGateway({ environment, flags, ...(surroundings !== undefined && { surroundings }) });
}

/** Gateways of the run have secrets made up for it: one that was given would be silently unused. */
function refuseSecrets(flags: TargetFlags): void {
  const given = (['authSecret', 'adminToken', 'authIssuer', 'authAudience'] as const).find(
    (key) => flags[key] !== undefined,
  );
  if (given === undefined) return;
  const flag = given.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw wrongUsage(
    `Expected \`--${flag}\` to come with \`--target\`, got it alone. Without a target a gateway is started with secrets of its own.`,
  );
}

/** A target that does not answer at all, or refuses the administrator, is told before anything is played. */
async function tryTarget(
  url: string,
  token: { readonly value: string; readonly from: string },
): Promise<void> {
  let status: number;
  try {
    const response = await fetch(`${url}/api/v1/users/nobody/sessions`, {
      headers: { authorization: `Bearer ${token.value}` },
      signal: AbortSignal.timeout(patienceMs),
    });
    await response.arrayBuffer();
    ({ status } = response);
  } catch (error) {
    const why = error instanceof TypeError ? error.cause : error;
    throw failed(describeNoAnswer(url, why, '--target'), error);
  }
  if (status !== 401 && status !== 403) return;
  throw failed(
    `Expected the target at ${url} to take the admin token from ${token.from}, got ${status}. ` +
      'Give the one it was started with: `--admin-token` or HOLDFAST_ADMIN_TOKEN.',
  );
}
