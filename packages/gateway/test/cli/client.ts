import { WebSocket } from 'ws';

/** What a gateway said. */
export type Frame = Readonly<Record<string, unknown>>;

/** Connects as a client would and resolves with the first frame. */
export async function connect(
  url: string,
  token: string,
): Promise<{ ws: WebSocket; ready: Frame }> {
  const ws = new WebSocket(`${url.replace('http', 'ws')}/ws?token=${token}`);
  const [data] = await new Promise<[Buffer]>((resolve, reject) => {
    ws.once('message', (...given: [Buffer]) => resolve(given));
    ws.once('close', (code) => reject(new Error(`Closed with ${code} before the first frame.`)));
    ws.once('error', reject);
  });
  return { ws, ready: JSON.parse(data.toString()) as Frame };
}
