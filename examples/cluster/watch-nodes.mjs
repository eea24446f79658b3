/**
 * @typedef {{ name: string, state: string, url: string }} Node
 * @typedef {{ id: string, node: string, user?: string }} Session
 */

const everyMs = 1_000;
const mostShown = 6;

/**
 * Prints a line whenever a node comes or goes, or sessions do: which node holds whose.
 *
 * @param {import('./house.mjs').House} house
 * @param {(line: string) => void} print
 * @returns {() => void} ends it
 */
export function watchNodes(house, print) {
  let last = '';
  let isAsking = false;
  const look = async () => {
    if (isAsking) return;
    isAsking = true;
    const line = await describe(house);
    isAsking = false;
    if (line !== null && line !== last) print(line);
    last = line ?? last;
  };
  const timer = setInterval(() => void look(), everyMs);
  void look();
  return () => clearInterval(timer);
}

/**
 * @param {import('./house.mjs').House} house
 * @returns {Promise<string | null>} null where nobody has answered
 */
async function describe({ url, nodeUrls, secrets: { adminToken } }) {
  try {
    const [nodes, sessions] = await Promise.all([
      ask(`${url}/api/v1/nodes`, adminToken),
      ask(`${url}/api/v1/sessions?scope=cluster&limit=1000`, adminToken),
    ]);
    return describeNodes(
      /** @type {{ nodes: Node[] }} */ (nodes).nodes,
      /** @type {{ sessions: Session[] }} */ (sessions).sessions,
      nodeUrls,
    );
  } catch (error) {
    // The node that was asked has just gone, or answers too late: the next look is in a second.
    if (error instanceof TypeError || error instanceof DOMException) return null;
    throw error;
  }
}

/**
 * @param {readonly Node[]} nodes
 * @param {readonly Session[]} sessions
 * @param {readonly string[]} urls in the order of the numbers of the nodes
 * @returns {string}
 */
function describeNodes(nodes, sessions, urls) {
  const hosts = urls.map((url) => new URL(url).host);
  return nodes
    .map(({ name, state, url }) => ({ name, state, at: hosts.indexOf(new URL(url).host) + 1 }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ name, state, at }) => {
      const users = sessions.filter(({ node }) => node === name).map(({ user, id }) => user ?? id);
      const shown = users.toSorted().slice(0, mostShown).join(' ');
      const rest = users.length > mostShown ? ` and ${users.length - mostShown} more` : '';
      return `node ${at} ${state} ${users.length}${shown === '' ? '' : `: ${shown}`}${rest}`;
    })
    .join(' | ');
}

/**
 * @param {string} url
 * @param {string} adminToken
 * @returns {Promise<unknown>}
 */
async function ask(url, adminToken) {
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${adminToken}` },
    signal: AbortSignal.timeout(2_000),
  });
  if (!answer.ok) throw new TypeError(`Expected ${url} to answer 200, got ${answer.status}.`);
  return await answer.json();
}
