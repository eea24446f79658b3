import { expect, it } from 'vitest';
import {
  createProblem,
  problemHttpText,
  problemResponse,
} from '../../../src/server/http/problem.ts';

const problem = createProblem(429, 'rate', 'Expected fewer handshakes. Come back in 1 s – später.');

it('a problem has the members of the contract', () => {
  expect(problem).toEqual({
    type: 'urn:holdfast:problem:rate',
    title: 'Too Many Requests',
    status: 429,
    detail: 'Expected fewer handshakes. Come back in 1 s – später.',
    code: 'rate',
  });
});

it('is answered as application/problem+json that nobody caches', async () => {
  const response = problemResponse(problem, { 'retry-after': '1' });
  expect(response.status).toBe(429);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('retry-after')).toBe('1');
  expect(await response.json()).toEqual(problem);
});

it('G10 is written to a raw socket as one whole answer that closes the connection', () => {
  const text = problemHttpText(problem, { 'retry-after': '1' });
  const [head = '', body = ''] = text.split('\r\n\r\n');
  expect(head.split('\r\n')).toEqual([
    'HTTP/1.1 429 Too Many Requests',
    'retry-after: 1',
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'connection: close',
  ]);
  expect(JSON.parse(body)).toEqual(problem);
});
