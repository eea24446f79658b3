import type { Answering, Answers, ClusterNode } from 'holdfast/cluster';
import { beginDrain } from './local-sessions.ts';
import type { NodeView } from './node-view.ts';
import type { OwnNode } from './own-node.ts';
import type { DrainBegun } from './sessions.ts';
import type { NodeStats } from './stats.ts';

/** What gateways ask each other about themselves; sessions are the matter of their cluster nodes. Fields may be added. */
interface Questions {
  readonly stats: { readonly data: null; readonly answer: NodeStats };
  readonly view: { readonly data: null; readonly answer: NodeView };
  /** Null for the name of another node. */
  readonly drain: { readonly data: { name: string }; readonly answer: DrainBegun | null };
}

/** A kind of question. */
export type QuestionKind = keyof Questions;

/** Asks every node, this one too; its answer is the first. */
export async function askNodes<K extends QuestionKind>(
  node: ClusterNode,
  kind: K,
  data: Questions[K]['data'],
): Promise<Answers<Questions[K]['answer']>> {
  return (await node.askAll(kind, data)) as Answers<Questions[K]['answer']>;
}

/** How this node answers. @param own throws while the node is not complete: it counts as silent then */
export function answersOf(own: () => OwnNode): Answering {
  const answers: {
    [K in QuestionKind]: (
      data: Questions[K]['data'],
    ) => Questions[K]['answer'] | Promise<Questions[K]['answer']>;
  } = {
    stats: () => own().stats(),
    view: () => own().view(),
    drain: ({ name }) => (name === own().name ? beginDrain(own()) : null),
  };
  return answers as Answering;
}
