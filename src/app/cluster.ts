/** A cluster that was opened, whatever lies behind it, and the two ways in which the use cases use it: reading, acting. */
import { recogniseAll } from '#cluster/messages/catalogue.ts'
import { kubeHand, type SendToApi } from '#hands/kube-hand.ts'
import { nodeShellHand } from '#hands/node-shell-hand.ts'
import { type AskPerson, personHand } from '#hands/person-hand.ts'
import { type ActWords, commandOf } from '#repair/commands.ts'
import { type Hand, handsOf } from '#repair/hands.ts'
import { wordsFor } from '#report/command-words.ts'
import {
  type ClusterApi,
  type ClusterIdentity,
  type Commands,
  clusterApi,
  clusterWrites,
  commandsFor,
  type NodeShell,
  type ProviderShell,
  providerInTime,
  shellInTime,
  type Transport,
} from '#sources/live/index.ts'

export interface OpenedCluster {
  readonly transport: Transport
  readonly identity: ClusterIdentity
  /** Where there is one: the lab's nodes, or SSH. */
  readonly shell?: NodeShell
  /** Where the provider's command is at hand: the lab's. */
  readonly provider?: ProviderShell
  /** The lab's name: a lab can never be taken for a real cluster. */
  readonly lab?: string
  /** `--kubeconfig`, for the commands that are printed. */
  readonly kubeconfig?: string
}

export interface ClusterSession {
  readonly api: ClusterApi
  readonly send: SendToApi
  readonly shell: NodeShell | undefined
  readonly provider: ProviderShell | undefined
  readonly commands: Commands
  readonly words: ActWords
  readonly recognise: typeof recogniseAll
}

export function sessionWith(
  { transport, identity, shell, provider, lab, kubeconfig }: OpenedCluster,
  { timeoutMs }: { readonly timeoutMs?: number } = {},
): ClusterSession {
  const limits = timeoutMs === undefined ? {} : { timeoutMs }
  const { context } = identity
  return {
    api: clusterApi(transport, identity, limits),
    send: clusterWrites(transport, limits),
    shell: shell && shellInTime(shell, limits),
    provider: provider && providerInTime(provider, limits),
    commands: commandsFor({ context, ...(kubeconfig === undefined ? {} : { kubeconfig }) }),
    words: {
      kubectl: [
        'kubectl',
        ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
        ...(context === '' ? [] : ['--context', context]),
      ],
      onNode: wordsFor(lab === undefined ? {} : { lab }).onNode,
    },
    recognise: recogniseAll,
  }
}

/** Every hand there is here, a person last. */
export function handsFor(session: ClusterSession, ask: AskPerson | undefined): Hand {
  const { shell, send, words } = session
  return handsOf([
    ...(shell === undefined ? [] : [nodeShellHand((node, argv, o) => shell.run(node, argv, o))]),
    kubeHand(send),
    ...(ask === undefined ? [] : [personHand(ask, (act) => commandOf(act, words))]),
  ])
}
