import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const cookieName = 'agent_chat';

/**
 * Whoever comes without a cookie is given one, with an id drawn at random and a mark that only this
 * server can make. It says that it is the same browser as before, and nothing more: this is for
 * development. Your application has a sign-in; use that.
 */
export class Visitors {
  #secret;

  /** @param {string} folder where the secret is kept, so that visitors stay known over a restart */
  constructor(folder) {
    const file = path.join(folder, 'secret');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!existsSync(file)) writeFileSync(file, randomBytes(32), { mode: 0o600 });
    this.#secret = readFileSync(file);
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @returns {string | null} the user's id
   */
  find(request) {
    const cookies = (request.headers.cookie ?? '').split(/;\s*/);
    const found = cookies.find((one) => one.startsWith(`${cookieName}=`));
    const [, userId, mark] = /^[^=]+=([a-f0-9]{24})\.([\w-]{43})$/.exec(found ?? '') ?? [];
    if (userId === undefined || mark === undefined) return null;
    return timingSafeEqual(Buffer.from(mark), Buffer.from(this.#markOf(userId))) ? userId : null;
  }

  /** @returns {string} a `Set-Cookie` header for somebody new */
  welcome() {
    const userId = randomBytes(12).toString('hex');
    const value = `${userId}.${this.#markOf(userId)}`;
    return `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000`;
  }

  /** @param {string} userId */
  #markOf(userId) {
    return createHmac('sha256', this.#secret).update(userId).digest('base64url');
  }
}
