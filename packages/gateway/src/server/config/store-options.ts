/** The options of `holdfast serve` about nodes that share their users. */
export const storeOptions = [
  {
    name: 'redis-url',
    property: 'redisUrl',
    kind: 'redis-url',
    default: undefined,
    defaultNote: 'none: this process is alone',
    help: 'Redis 7 by which several gateways act as one: redis://HOST:PORT, rediss:// with TLS, redis+sentinel://HOST:PORT,HOST:PORT/NAME; several addresses with commas are one Redis Cluster',
  },
  {
    name: 'on-store-failure',
    property: 'onStoreFailure',
    kind: 'choice',
    choices: ['local', 'refuse'],
    default: 'local',
    help: 'what happens to newcomers while Redis does not answer: local lets them in by what this node knows, refuse sends them away until it does',
  },
  {
    name: 'redis-prefix',
    property: 'redisPrefix',
    kind: 'name',
    default: 'holdfast',
    help: 'how all keys in Redis begin: letters, digits, dashes and underscores; gateways with the same one act as one',
  },
  {
    name: 'node-url',
    property: 'nodeUrl',
    kind: 'http-url',
    default: undefined,
    defaultNote: 'http://HOST:PORT as it listens',
    help: 'where operators reach this node, told by the list of nodes, http or https',
  },
] as const;
