/**
 * A conversation as the sum of its records. The server folds its file with this, the page folds the
 * events: what both hold is the same by construction.
 *
 * @typedef {{ kind: 'thought', text: string }
 *   | { kind: 'tool', tool: string, input: string, result: string | null }} Step
 *
 * @typedef {'waiting' | 'running' | 'finished' | 'stopped'} TurnStatus
 *
 * @typedef {object} Turn
 * @property {string} turn the page's name for it
 * @property {string} question
 * @property {number} askedAt milliseconds since 1970
 * @property {Step[]} steps
 * @property {string} answer
 * @property {TurnStatus} status
 * @property {number} done how many things the agent has done for it
 *
 * @typedef {{ seq: number, turns: Turn[] }} Conversation
 *
 * @typedef {{ event: 'user_asked', text: string, at: number }
 *   | { event: 'agent_started' }
 *   | { event: 'agent_thinking', text: string }
 *   | { event: 'tool_executing', tool: string, input: string }
 *   | { event: 'tool_completed', tool: string, result: string }
 *   | { event: 'agent_token', text: string }
 *   | { event: 'agent_completed', status: 'finished' | 'stopped' }} Happening
 *
 * @typedef {Happening & { seq: number, turn: string }} ConversationRecord
 */

/** Older turns are forgotten. */
export const mostTurns = 40;

/** @returns {Conversation} */
export function emptyConversation() {
  return { seq: 0, turns: [] };
}

/**
 * Adds the next record.
 *
 * @param {Conversation} conversation
 * @param {ConversationRecord} record
 */
export function addRecord(conversation, record) {
  conversation.seq = record.seq;
  if (record.event === 'user_asked') {
    const { turn, text: question, at: askedAt } = record;
    const fresh = { steps: [], answer: '', done: 0 };
    conversation.turns.push({ turn, question, askedAt, ...fresh, status: 'waiting' });
    conversation.turns.splice(0, conversation.turns.length - mostTurns);
    return;
  }
  const turn = conversation.turns.find((one) => one.turn === record.turn);
  if (turn !== undefined) addToTurn(turn, record);
}

/**
 * @param {Turn} turn
 * @param {Exclude<ConversationRecord, { event: 'user_asked' }>} record
 */
function addToTurn(turn, record) {
  turn.done += 1;
  switch (record.event) {
    case 'agent_started':
      turn.status = 'running';
      break;
    case 'agent_thinking':
      turn.steps.push({ kind: 'thought', text: record.text });
      break;
    case 'tool_executing':
      turn.steps.push({ kind: 'tool', tool: record.tool, input: record.input, result: null });
      break;
    case 'tool_completed': {
      const step = turn.steps.at(-1);
      if (step?.kind === 'tool') step.result = record.result;
      break;
    }
    case 'agent_token':
      turn.answer += record.text;
      break;
    case 'agent_completed':
      turn.status = record.status;
      break;
  }
}

/** @param {Turn} turn */
export function isOver({ status }) {
  return status === 'finished' || status === 'stopped';
}
