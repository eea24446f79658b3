import { createHmac } from 'node:crypto';

/** Tokens that a target must refuse, made from a good one. */
export interface ForgedToken {
  readonly what: string;
  readonly token: string;
}

/** @param token a good one: a JWT signed with HS256 */
export function forgeTokens(token: string): readonly ForgedToken[] {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const other = encode({ ...claims, sub: 'somebody-else' });
  const unsigned = encode({ alg: 'none', typ: 'JWT' });
  const foreign = createHmac('sha256', 'not the secret of this target, and long enough for one');
  foreign.update(`${header}.${payload}`);
  return [
    { what: 'whose user was altered', token: `${header}.${other}.${signature}` },
    {
      what: 'signed by somebody else',
      token: `${header}.${payload}.${foreign.digest('base64url')}`,
    },
    { what: 'of the algorithm none', token: `${unsigned}.${payload}.` },
    { what: 'of the algorithm none, signed', token: `${unsigned}.${payload}.${signature}` },
    { what: 'without a signature', token: `${header}.${payload}.` },
    { what: 'that is no token', token: 'not-a-token' },
  ];
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
