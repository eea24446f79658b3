import type { CloseUserOptions, ReapReport } from 'holdfast';
import type { ClusterNode, RevocationOrder as KeptRevocation } from 'holdfast/cluster';
import { beginDrain } from './local-sessions.ts';
import type { NodeView } from './node-view.ts';
import type { OwnNode, UserShare } from './own-node.ts';
import type { ListOptions, SessionList } from './session-list.ts';
import type { DrainBegun } from './sessions.ts';
import type { NodeStats } from './stats.ts';

/** What gateways ask each other beyond what their sessions need. Fields may be added; nodes of two versions share a store. */
interface Questions {
  readonly user: { readonly data: { userId: string; most: number }; readonly answer: UserShare };
  readonly list: { readonly data: ListOptions; readonly answer: SessionList };
  readonly close: { readonly data: { id: string }; readonly answer: boolean };
  /** The ids of the sessions it has ended. */
  readonly 'close-user': {
    readonly data: { userId: string; options: CloseUserOptions };
    readonly answer: readonly string[];
  };
  /** Of one user, or of all. */
  readonly reap: { readonly data: { userId: string | null }; readonly answer: ReapReport };
  readonly stats: { readonly data: null; readonly answer: NodeStats };
  readonly view: { readonly data: null; readonly answer: NodeView };
  readonly revoke: {
    readonly data: { order: KeptRevocation; note?: string };
    readonly answer: readonly string[];
  };
  /** Null for the name of another node. */
  readonly drain: { readonly data: { name: string }; readonly answer: DrainBegun | null };
}

/** A kind of question. */
export type QuestionKind = keyof Questions;

/** What came back. The own answer is the first. */
export interface NodeAnswers<K extends QuestionKind> {
  readonly answers: readonly Questions[K]['answer'][];
  /** Names of the nodes that have not answered in time. */
  readonly silent: readonly string[];
}

/** Asks every node, this one too. */
export async function askNodes<K extends QuestionKind>(
  node: ClusterNode,
  kind: K,
  data: Questions[K]['data'],
): Promise<NodeAnswers<K>> {
  const { answers, silent } = await node.askAll(kind, data);
  return { answers: answers as NodeAnswers<K>['answers'], silent };
}

type Awaitable<T> = T | Promise<T>;

/** How this node answers. @param own throws while the node is not complete: it counts as silent then */
export function answersOf(
  own: () => OwnNode,
): Readonly<Record<string, (data: unknown) => unknown>> {
  const answers: {
    [K in QuestionKind]: (data: Questions[K]['data']) => Awaitable<Questions[K]['answer']>;
  } = {
    user: ({ userId, most }) => own().shareOf(userId, most),
    list: (options) => own().list(options),
    close: ({ id }) => own().close(id),
    'close-user': ({ userId, options }) => own().layer.closeUser(userId, options),
    reap: ({ userId }) => own().reap(userId),
    stats: () => own().stats(),
    view: () => own().view(),
    revoke: ({ order, note }) => own().carryOut(order, note),
    drain: ({ name }) => (name === own().name ? beginDrain(own()) : null),
  };
  return answers as Readonly<Record<string, (data: unknown) => unknown>>;
}
