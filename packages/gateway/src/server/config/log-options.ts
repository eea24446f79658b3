/** The options of `holdfast serve` about its log. */
export const logOptions = [
  {
    name: 'log-level',
    property: 'logLevel',
    kind: 'choice',
    choices: ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'],
    default: 'info',
    help: 'silent, fatal, error, warn, info, debug or trace',
  },
  {
    name: 'log-format',
    property: 'logFormat',
    kind: 'choice',
    choices: ['json', 'pretty'],
    default: undefined,
    defaultNote: 'json; pretty on a terminal',
    help: 'json or pretty',
  },
  {
    name: 'log-user-ids',
    property: 'logUserIds',
    kind: 'boolean',
    default: 'false',
    help: 'log user ids as they are instead of hashed',
  },
] as const;
