/** The oldest version with sharded publish and subscribe. */
const oldestVersion = 7;

/**
 * What in the answer of INFO is wrong for a store of sessions; each names what was expected, what is there, and what to do.
 *
 * @param isCluster whether it was reached as one of a Redis Cluster
 */
export function warningsOf(info: string, isCluster: boolean): string[] {
  const facts = new Map(
    info.split('\r\n').map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1)];
    }),
  );
  const version = facts.get('redis_version') ?? '';
  const policy = facts.get('maxmemory_policy') ?? 'noeviction';
  const warnings: string[] = [];
  if (Number.parseInt(version, 10) < oldestVersion)
    warnings.push(
      `Expected Redis ${oldestVersion} or later, got ${version}. Sharded publish and subscribe is missing there.`,
    );
  if (policy !== 'noeviction' && Number(facts.get('maxmemory') ?? 0) > 0)
    warnings.push(
      `Expected the \`maxmemory-policy\` of Redis to be noeviction, got ${policy}: it may drop rows and logs of sessions, and limits would not hold. Set it to noeviction.`,
    );
  if (facts.get('role') === 'slave')
    warnings.push(
      'Expected a master of Redis, got a replica: it takes no writes. Give the address of its master, or of its Sentinels.',
    );
  if (!isCluster && facts.get('cluster_enabled') === '1')
    warnings.push(
      'Expected a single server of Redis, got one of a Redis Cluster. Give two or more of its addresses.',
    );
  return warnings;
}
