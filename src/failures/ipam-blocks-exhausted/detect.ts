import type { Fact, Reads } from '#cluster/facts.ts'
import { innerMessage } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  hasSign,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'
import { type BlockReads, blockSigns } from '#failures/ipam-blocks-exhausted/blocks.ts'

export interface ExhaustedState {
  /** The pools that are used up, where the error names them. */
  readonly pools: readonly string[]
}

type Needs = BlockReads | 'messages' | 'pods' | 'remarks'

/**
 * Finds clusters whose IPAM has no block (or no address) left for a node: the pool is too small, or blocks of nodes and
 * addresses of pods that are gone were never given back. Nodes that hold blocks go on; new ones fail.
 *
 * @see projectcalico/calico:libcalico-go/lib/ipam/ipam.go (autoAssign, findUnclaimedBlock, ErrBlockLimit)
 * @see projectcalico/calico:node/pkg/allocateip/allocateip.go (pools are likely exhausted)
 */
export const detector = defineDetector<ExhaustedState, Needs>({
  needs: ['messages', 'ipamBlocks'],
  uses: ['ipPools', 'nodes', 'settings', 'pods', 'remarks'],
  judges: 'cluster',
  detect: (view) => {
    const told = [...messageSigns(view, said(view)), ...blockSigns(view)]
    const signs = [...told, ...around(view, told)]
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: (own) =>
        isWorthSaying(own, view, ['address-assignment-failing', 'sandbox-creation-failing'])
          ? {
              says: 'IPAM has no free block or address left for new nodes and pods',
              state: { pools: poolsIn(view) },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

const said = (view: Reads<'ipPools'>): Readonly<Record<string, MessageSign>> => ({
  'tunnel/pools-exhausted': [
    'decisive',
    'no address is left for the node’s tunnel device: the pools are used up',
  ],
  'ipam/no-free-block': ['decisive', 'no pool has a free block'],
  'ipam/no-free-address': ({ message: { params } }) => [
    hasBlocks(view, params.pools) ? 'decisive' : 'weak',
    `no address is free in ${params.pools || 'any pool'}`,
  ],
  'ipam/strict-affinity-full': ['decisive', 'the node’s own blocks are full and it may not borrow'],
  'ipam/block-limit': ({ message: { params } }) => [
    'decisive',
    `the node holds its limit of ${params.limit} blocks`,
  ],
  'ipam/block-limit-reached': ({ message: { params } }) => [
    'decisive',
    `the node holds ${params.count} blocks, and ${params.limit} is the limit`,
  ],
  'ipam/block-limit-per-host': ['decisive', 'the node holds as many blocks as it may'],
  'ipam/pool-exhausted': ['strong', 'a pool is used up'],
  'ipam/allocated-fewer': (row) => fewer(row),
  'ipam/assigned-short': (row) => fewer(row),
  'ipam/find-block-failed': ['strong', 'no block could be had for a node'],
  'ipam/unclaimed-block-failed': ['strong', 'no unclaimed block was found for a node'],
  'tunnel/no-address': (row) =>
    innerMessage(row, ...noPool) ? undefined : ['weak', 'the node’s tunnel device got no address'],
  'ipam/assigned-none': (row) =>
    innerMessage(row, ...noPool) ? undefined : ['weak', 'a pod got no address'],
  'ipam/blocks-used-up': ['weak', 'the node’s own blocks are full'],
  'calicoctl/ipam-leaked': ({ message: { params } }) => [
    'strong',
    `${params.count} addresses are allocated that nobody uses`,
  ],
  'kube-controllers/ip-leak': ['weak', 'addresses leak'],
  'kube-controllers/leak-release-failed': ['weak', 'leaked addresses cannot be given back'],
  'kube-controllers/node-cleanup-failed': [
    'strong',
    'the blocks of a node that is gone cannot be given back',
  ],
  'kube-controllers/block-release-failed': ['weak', 'an empty block cannot be given back'],
  'ipam/release-failed': ['weak', 'the address of a pod that ended was not given back'],
})

/** A pool that is smaller than one of its blocks never had an address to give: nothing of it is used up. */
function hasBlocks(view: Reads<'ipPools'>, pools: string | undefined): boolean {
  const small = view
    .rows('ipPools')
    .filter(({ cidr, blockSize = 0 }) => blockSize > 0 && Number(cidr.split('/')[1]) > blockSize)
  const named = (pools ?? '').split(',').map((pool) => pool.trim())
  return !named.every((pool) => small.some(({ cidr }) => cidr === pool))
}

/** No address, because no pool is for this node: then nothing is used up. */
const noPool = [
  'ipam/no-pools',
  'ipam/no-pool-for-node',
  'ipam/no-qualified-pool',
  'ipam/pool-unknown',
] as const

const fewer = ({ message: { params } }: Fact<MessageRow>): readonly ['strong', string] | undefined =>
  params.count === '0' ? ['strong', 'IPAM gave no address at all'] : undefined

/** What fits to it and means nothing alone. */
function around(
  view: Reads<'messages' | 'pods' | 'remarks' | 'ipPools'>,
  told: readonly Sign[],
): readonly Sign[] {
  const enabled = view.rows('ipPools').filter(({ disabled }) => !disabled)
  const [disabled] = view.rows('ipPools')
  const late = messageSigns(view, {
    'kubelet/sandbox-create-failed': (row) =>
      innerMessage(row, 'go/deadline-exceeded')
        ? ['weak', 'the set-up of pods runs out of time, as it does while a node looks for a free block']
        : undefined,
  })
  return [
    ...late,
    ...(disabled !== undefined && enabled.length === 0
      ? [sign(disabled, 'against', 'every pool is disabled')]
      : []),
    ...(told.length === 0 || hasSign(told, 'decisive')
      ? []
      : view
          .rows('remarks')
          .filter(({ says }) => says === 'only-new-nodes-fail' || says === 'only-new-pods-fail')
          .map((row) => sign(row, 'weak', 'only what is new fails'))),
  ]
}

const poolsIn = (view: Reads<'messages'>): readonly string[] =>
  view.rows('messages').flatMap(({ message }) => {
    const pools = message.id === 'ipam/no-free-address' ? message.params.pools : undefined
    return pools === undefined || pools === '' ? [] : pools.split(' ')
  })
