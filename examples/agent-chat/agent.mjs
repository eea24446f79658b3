import { knowledge } from './agent-texts.mjs';

/**
 * @typedef {import('./page/turns.js').Happening} Happening
 * @typedef {{ afterMs: number, happening: Happening }} Act something the agent does, and how long it takes
 */

const thinkMs = 900;
const toolMs = 1400;
const tokenMs = 45;

/**
 * What the agent will do about a question, from the first act to the last. It depends on nothing but
 * the question, so that an agent that was killed goes on where it was: it counts what is done.
 *
 * @param {string} question
 * @returns {readonly Act[]}
 */
export function planAnswer(question) {
  const known = knowledge.find(({ about }) => about.test(question)) ?? knowledge.at(-1);
  if (known === undefined) throw new Error('Expected the agent to know something.');
  const { thoughts, tools, answer } = known;
  return [
    act(100, { event: 'agent_started' }),
    ...thoughts.flatMap((text, index) => {
      const [tool, input, result] = tools[index] ?? [];
      const thought = act(300, { event: 'agent_thinking', text });
      if (tool === undefined || input === undefined || result === undefined) return [thought];
      return [
        thought,
        act(thinkMs, { event: 'tool_executing', tool, input }),
        act(toolMs, { event: 'tool_completed', tool, result }),
      ];
    }),
    ...tokensOf(answer).map((text) => act(tokenMs, { event: 'agent_token', text })),
    act(tokenMs, { event: 'agent_completed', status: 'finished' }),
  ];
}

/**
 * @param {number} afterMs
 * @param {Happening} happening
 * @returns {Act}
 */
function act(afterMs, happening) {
  return { afterMs, happening };
}

/** @param {string} text words and the white space after them, as models say them */
function tokensOf(text) {
  return text.match(/\S+\s*/g) ?? [];
}
