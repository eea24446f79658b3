/** What the simulated agent knows. */

/**
 * @typedef {object} Knowledge
 * @property {RegExp} about
 * @property {readonly string[]} thoughts
 * @property {readonly (readonly [tool: string, input: string, result: string])[]} tools
 * @property {string} answer
 */

/** @type {readonly Knowledge[]} */
export const knowledge = [
  {
    about: /reload|refresh|connection|offline|restart|lost|holdfast/i,
    thoughts: ['The question is about this page itself.', 'I have what I need.'],
    tools: [
      ['read_protocol', 'resuming a session', '3 sections'],
      ['check_session', 'position and ticket of this page', 'both are kept'],
    ],
    answer: `Try it while I write: reload this page, close the lid of the laptop, or switch the network off for a moment.

Each word I say is an event in a log that the server keeps for you. It has a place in that log, its offset. The page remembers the last offset it has shown, and when it comes back it reads on from there. Nothing is said twice, and nothing is left out without a word.

- After a reload, the page reads the conversation and then follows the log again. Its new connection takes the place of the old one, so it does not count twice.
- Without a network, the page waits and comes back by itself. What you send meanwhile is kept, and taken once.
- If the server itself is stopped, its log is gone. The page is told so, reads the conversation from the server's file, and I go on with the sentence I was in.

And if you close the page for good? Then I finish my work all the same. The answer will be here when you return.`,
  },
  {
    about: /weekend|trip|travel|city|lisbon|holiday/i,
    thoughts: ['Two days, on foot, without a plan that is too full.', 'The weather allows a boat.'],
    tools: [
      ['search_places', 'quiet corners, Lisbon', '14 places'],
      ['read_weather', 'Saturday and Sunday', '19 °C, little wind'],
    ],
    answer: `A quiet weekend in Lisbon begins on the other side of the river.

Saturday: take the ferry from Cais do Sodré to Cacilhas early, while the light is still low. Walk along the water to the old shipyard; there are benches, cats, and hardly anybody. Have lunch where the fishermen do, and be back before the evening crowd.

Sunday: the gardens of the Gulbenkian open at ten. Sit by the pond with a book until the cafés of Campo de Ourique have a free table. In the afternoon the tram that everybody waits for is full; the one in the other direction is empty and just as pretty.

- Bring: good shoes, a thin jacket, small change for the ferry.
- Leave out: the castle. It will be there next time.
- If it rains: the tile museum, and then soup.

Two days are not much. Half of each with nothing planned is what makes them feel long.`,
  },
  {
    about: /./,
    thoughts: ['Let me look at this from two sides.', 'The shorter explanation is the better one.'],
    tools: [
      ['search_notes', 'what was written about it', '6 passages'],
      ['compare', 'the two that disagree', '1 point of difference'],
    ],
    answer: `I am a simulated agent: I know a handful of texts, and yours is not among them. So take this as what it is, a long answer that arrives slowly, made for being interrupted.

A real agent would do here what I have just pretended to do. It would think, call a tool, wait for the result, think again, and then write. Each of these steps takes seconds, sometimes minutes, and every one of them is a chance for the connection to break.

- The phone goes into a tunnel.
- The laptop goes to sleep.
- Somebody deploys a new version of the server.
- You press reload, because nothing seemed to happen.

Most chat pages lose the rest of the sentence then, or show a spinner that never stops. This one should do neither. If you find a way to lose a word of this answer, it is a bug, and we would like to hear of it.

Ask me what happens when you reload the page. That one I do know.`,
  },
];
