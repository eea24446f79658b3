import { describe, expect, it } from 'vitest';
import { ADMIN, GIVEN, problemsOf } from './sources.ts';

const wholeRate = (got: string): string =>
  `Expected \`--message-rate\` to be a rate in whole numbers from 1/s to 1000000/s, such as 50/s, got \`${got}\`.`;

describe('values that cannot be read', () => {
  it.each([
    ['pingInterval', 'x', 'Expected `--ping-interval` to be a duration such as 25s, got `x`.'],
    ['pingInterval', '0', 'Expected `--ping-interval` to be a duration such as 25s, got `0`.'],
    ['resumeWindow', '25h', undefined],
    [
      'resumeWindow',
      '700h',
      'Expected `--resume-window` to be a duration of at most 596h, got `700h`.',
    ],
    ['maxPayload', '1tb', 'Expected `--max-payload` to be a size such as 64kb, got `1tb`.'],
    ['maxPayload', '1gb', 'Expected `--max-payload` to be a size of at most 64mb, got `1gb`.'],
    ['messageRate', '50', wholeRate('50')],
    ['messageRate', '0.4/s', wholeRate('0.4/s')],
    ['messageRate', '2.5/s', wholeRate('2.5/s')],
    ['messageRate', '0/s', wholeRate('0/s')],
    ['messageRate', '1000001/s', wholeRate('1000001/s')],
    ['messageRate', '1/s', undefined],
    ['handshakeRate', '0.5/s', undefined],
    ['handshakeRate', '50', 'Expected `--handshake-rate` to be a rate such as 50/s, got `50`.'],
    ['port', '65536', 'Expected `--port` to be a whole number from 0 to 65535, got `65536`.'],
    ['port', '-1', 'Expected `--port` to be a whole number from 0 to 65535, got `-1`.'],
    [
      'maxSessionsPerUser',
      '0',
      'Expected `--max-sessions-per-user` to be a whole number from 1 to 1000, got `0`.',
    ],
    [
      'maxConnections',
      '1.5',
      'Expected `--max-connections` to be a whole number of at least 1, got `1.5`.',
    ],
    ['logUserIds', 'yes', 'Expected `--log-user-ids` to be true or false, got `yes`.'],
    ['onSlow', 'drop', 'Expected `--on-slow` to be gap or close, got `drop`.'],
    ['host', ' ', 'Expected `--host` to be text, got nothing. Leave it out instead.'],
    [
      'trustedProxies',
      '10.0.0.1,proxy',
      'Expected `--trusted-proxies` to be a list of addresses and networks such as 10.0.0.7,10.1.0.0/16, got `proxy`.',
    ],
    [
      'allowedOrigins',
      'https://a.example/path',
      'Expected `--allowed-origins` to be a list of origins such as https://app.example.com, or * alone, got `https://a.example/path`.',
    ],
    [
      'allowedOrigins',
      'https://a.example,*',
      'Expected `--allowed-origins` to be a list of origins such as https://app.example.com, or * alone, got `*`.',
    ],
  ])('%s %j', (key, value, problem) => {
    expect(problemsOf({ flags: { ...GIVEN, [key]: value } })).toEqual(problem ? [problem] : []);
  });

  it('names the place where the value was given', () => {
    expect(problemsOf({ flags: GIVEN, env: { HOLDFAST_PING_INTERVAL: 'x' } })[0]).toMatch(
      /^Expected HOLDFAST_PING_INTERVAL to be a duration/,
    );
    const flags = { ...GIVEN, config: 'f.yaml' };
    expect(problemsOf({ flags, file: 'pingInterval: x' })[0]).toMatch(
      /^Expected `pingInterval` in `f.yaml` to be a duration/,
    );
  });

  it('G11 a value with control characters or of any length is told in one short line', () => {
    const [problem] = problemsOf({ flags: { ...GIVEN, port: `\u001b[31m\n${'x'.repeat(5000)}` } });
    expect(problem).toMatch(/^[ -~…]{1,200}$/);
  });

  it('a number in a file is no text, because YAML would have rounded it', () => {
    const file = 'authSecret: 12345678901234567890123456789012345\n';
    const problems = problemsOf({ flags: { adminToken: ADMIN, config: 'f.yaml' }, file });
    expect(problems).toEqual([
      'Expected `authSecret` in `f.yaml` to be text (in quotes), got another type of value.',
    ]);
  });
});
