/** What `--help` of each command says below its options. */
export const helpTexts: Readonly<
  Record<'serve' | 'token' | 'sessions' | 'nodes' | 'reap' | 'close' | 'drain' | 'verify', string>
> = {
  serve: `
A flag wins over its environment variable (in square brackets), that over the key in the file of
--config (someOption for --some-option). Durations are 80ms, 25s, 5m, 1h, a bare number is
milliseconds; sizes 64kb, 1mb; rates 50/s. SIGTERM, SIGINT and SIGHUP drain the gateway, within
--drain-timeout: every client is told when to come back. A SIGTERM or SIGINT after that stops it
at once.

Examples:
  # development: secrets are made up and kept in .holdfast/, tokens are printed
  holdfast serve --env development

  # production, reachable from elsewhere
  export HOLDFAST_AUTH_SECRET=… HOLDFAST_ADMIN_TOKEN=…
  holdfast serve --host 0.0.0.0 --port 9000

  # messages of clients and news of sessions go to the application, signed
  export HOLDFAST_WEBHOOK_SECRET=…
  holdfast serve --webhook-url https://app.example.com/holdfast

  # limit and clean-up are only observed at first: see "holdfast rollout --help"
  holdfast serve --rollout 0 --rollout-file /var/lib/holdfast/rollout.json

  # one of several gateways that act as one, by a Redis they share
  export HOLDFAST_REDIS_URL=rediss://:…@redis.example.com:6380
  holdfast serve --host 0.0.0.0 --node-url http://10.0.0.7:8080

  # settings from a file
  holdfast serve --config holdfast.yaml
`,
  token: `
Where no secret is given, it is the one a gateway in development made up in .holdfast/ of this
folder. The standard output gets the token and nothing else.

Examples:
  # for an hour
  holdfast token --user anna

  # for five minutes, at most two sessions, with a name that lists show
  holdfast token --user anna --ttl 5m --max-sessions 2 --device phone

  # the HTTP API
  curl -H "Authorization: Bearer $(holdfast token --admin)" http://127.0.0.1:8080/api/v1/stats
`,
  sessions: `
OPEN is how long ago a session was opened, QUIET how long ago its client was last heard, PING OUT
how long its ping has been waiting for an answer. Looking changes nothing.

Examples:
  # everybody's
  holdfast sessions --limit 1000

  # one user's, as data
  holdfast sessions anna --json
`,
  nodes: `
UP is how long ago a node was started, LEASE how long the others still take it for alive without a
word of it. A node that is silent did not answer; it is gone when its lease is over.

Examples:
  # those of the gateway at HOLDFAST_URL, and all that share its Redis
  holdfast nodes

  # as data
  holdfast nodes --json
`,
  reap: `
Dead is who has closed the connection, left a ping unanswered for too long, or never finished
opening. A living session is never reaped; "holdfast close" ends those.

Examples:
  # the dead of all users
  holdfast reap

  # of one
  holdfast reap anna
`,
  close: `
Clients get close code 4499 and do not come back by themselves.

Examples:
  # all of them
  holdfast close anna

  # all but one
  holdfast close anna --exclude SESSION --reason 'signed out elsewhere'

  # a user id that looks like a flag
  holdfast close -- -x
`,
  drain: `
Without NODE it is the only one; of several, "holdfast nodes" lists the names, and any of them can be
asked to let another one go. --here is the one that answers, which behind a load balancer may be any.

Nobody is let in any more. Every client is told when to come back, spread over the drain time of the
node (--drain-timeout), gets what was published for it, and is closed with code 1012. Then the
process ends with status 0, usually within a second, in the drain time at the latest.

Examples:
  # the gateway at HOLDFAST_URL
  holdfast drain

  # of several the one on this machine, before it is replaced
  holdfast drain --here --url http://127.0.0.1:8080

  # one of several by its name, as data
  holdfast drain mf3k2ab9c8d7e6f5 --json
`,
  verify: `
Scenarios are black boxes: each holds one claim against a deployment over its wire and its HTTP API,
with users of its own, and takes away what it opened. One that needs what the target does not have
is not applicable: that is told and counted, and is never a pass. A pattern matches the whole name
(* any text, ? one character, letter case aside), or a test of the seed document by its name.

Exit status: 0 all passed, 1 something failed or nothing was proven, 2 wrong usage. Ctrl-C takes
away what is open and tells what was played.

Examples:
  # everything, against a gateway started for it
  holdfast verify

  # what a pipeline runs before a deployment
  holdfast verify --category limits --env staging --pattern '*manager*limit*' --verbose --fail-fast

  # a deployment of yours, with evidence of the run
  export HOLDFAST_AUTH_SECRET=… HOLDFAST_ADMIN_TOKEN=…
  holdfast verify --target https://staging.example.org --env staging --out evidence/

  # several nodes of yours as one
  holdfast verify --category cluster --target https://a.example.org,https://b.example.org

  # what there is
  holdfast verify --list
`,
};
