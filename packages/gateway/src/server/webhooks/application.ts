import * as http from 'node:http';
import * as https from 'node:https';
import type { WebhookAnswer } from './answer-rules.ts';
import { signWebhook } from './signature.ts';

/** The application at the other end. */
export interface ApplicationOptions {
  /** http or https. */
  readonly url: string;
  /** What calls are signed with. */
  readonly key: Buffer;
  /** Most connections at once. */
  readonly mostConnections: number;
  /** Ms since 1970. */
  readonly epochMs: () => number;
  /** From the first byte to the status. Default: 10 s. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
/** What the body of an answer may take once the status is there: nobody reads it, its end frees the connection. */
const BODY_MS = 1000;
const BODY_BYTES = 65_536;

/** POSTs calls, signed, over connections that are kept. Redirects are not followed. */
export class Application {
  readonly #options: ApplicationOptions;
  readonly #agent: http.Agent;
  readonly #request: typeof http.request;

  constructor(options: ApplicationOptions) {
    this.#options = options;
    const isEncrypted = new URL(options.url).protocol === 'https:';
    const settings = { keepAlive: true, maxSockets: options.mostConnections };
    this.#agent = isEncrypted ? new https.Agent(settings) : new http.Agent(settings);
    this.#request = isEncrypted ? https.request : http.request;
  }

  /** One try. Never rejects; resolves within the timeout and a second. */
  async post(call: { readonly id: string; readonly body: string }): Promise<WebhookAnswer> {
    return await new Promise((resolve) => {
      const request = this.#start(call);
      let answer: WebhookAnswer = { error: 'no answer' };
      let deadline = setTimeout(() => {
        answer = { error: 'timeout' };
        request.destroy();
      }, this.#options.timeoutMs ?? TIMEOUT_MS);
      request.on('response', (response) => {
        const { statusCode: status = 0, headers } = response;
        answer = { status, retryAfter: headers['retry-after'] };
        clearTimeout(deadline);
        deadline = setTimeout(() => request.destroy(), BODY_MS);
        discard(response);
      });
      request.on('error', (error) => {
        if ('error' in answer && answer.error !== 'timeout') answer = { error: nameOf(error) };
      });
      request.on('close', () => {
        clearTimeout(deadline);
        resolve(answer);
      });
      request.end(call.body);
    });
  }

  /** Ends every connection, also those with a try under way. */
  close(): void {
    this.#agent.destroy();
  }

  #start({ id, body }: { readonly id: string; readonly body: string }): http.ClientRequest {
    const { url, key, epochMs } = this.#options;
    const timestampS = Math.floor(epochMs() / 1000);
    return this.#request(url, {
      method: 'POST',
      agent: this.#agent,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'holdfast',
        'webhook-id': id,
        'webhook-timestamp': timestampS,
        'webhook-signature': signWebhook(key, { id, timestampS, body }),
      },
    });
  }
}

function discard(response: http.IncomingMessage): void {
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > BODY_BYTES) response.destroy();
  });
  // A body that breaks off takes nothing from the status.
  response.on('error', () => response.destroy());
}

/** A word for health and log: the message may hold what the other side has sent. */
function nameOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return code ?? error.name;
}
