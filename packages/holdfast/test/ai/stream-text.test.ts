import { convertToModelMessages, streamText, validateUIMessages } from 'ai';
import { MockLanguageModelV3, simulateReadableStream } from 'ai/test';
import { expect, it } from 'vitest';
import { ask, ChatHouse, Reading } from './chat-house.ts';

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 2, text: 2, reasoning: undefined },
};

it('serves what streamText makes of a model, as docs/ai.md shows it', async () => {
  const model = new MockLanguageModelV3({
    doStream: async () => ({
      stream: simulateReadableStream({
        chunks: [
          { type: 'text-start', id: '1' },
          { type: 'text-delta', id: '1', delta: 'Hold' },
          { type: 'text-delta', id: '1', delta: ' fast.' },
          { type: 'text-end', id: '1' },
          { type: 'finish', finishReason: { unified: 'stop', raw: undefined }, usage },
        ],
      }),
    }),
  });
  const house = new ChatHouse({
    generate: async ({ messages, signal }) => {
      const checked = await validateUIMessages({ messages });
      const prompt = await convertToModelMessages(checked);
      return streamText({ model, prompt, abortSignal: signal }).toUIMessageStream();
    },
  });
  const reading = new Reading(await ask(house.page()));
  await reading.done;
  expect(reading.text).toBe('Hold fast.');
  expect(reading.errors).toEqual([]);
  expect(house.faults).toEqual([]);
  expect(house.published.at(-1)).toMatchObject({ event: 'ai.end', data: { status: 'finished' } });
});
