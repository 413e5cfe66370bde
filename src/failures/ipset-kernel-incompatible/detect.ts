import type { Reads } from '#cluster/facts.ts'
import { innerMessage } from '#cluster/queries.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, messageSigns, sign } from '#diagnosis/signs.ts'
import { isDataplaneUntried } from '#diagnosis/start-up.ts'

export interface IpsetState {
  /** The version of the ipset that could not read the sets, where it said so. */
  readonly ipset: string | undefined
}

/**
 * Finds nodes on which the ipset in calico-node's image cannot read IP sets that a newer ipset or kernel made: Felix lists
 * all sets of the kernel, its own and foreign ones, and crashes in a loop over one that it cannot parse.
 *
 * @see projectcalico/calico:felix/ipsets/ipsets.go (tryResync)
 * @see netfilter/ipset:lib/session.c (settype … with revision … not supported by userspace)
 */
export const detector = defineDetector<IpsetState, 'messages' | 'pods' | 'versions'>({
  needs: ['messages'],
  uses: ['pods', 'versions'],
  judges: 'node',
  detect: (view) => {
    const signs = [
      ...messageSigns(view, {
        'ipset/incompatible': ({ message: { params } }) => [
          'decisive',
          `ipset ${params.version ?? ''} cannot read sets of ${params.type === undefined ? 'a type' : `type ${params.type}`} in revision ${params.revision}`,
        ],
        // A warning alone: this ipset still works with what both know.
        'ipset/protocol-mismatch': ['weak', 'ipset and the kernel speak different protocol versions'],
        'felix/ipset-list-failed': (row) =>
          innerMessage(row, 'ipset/incompatible')
            ? undefined
            : ['weak', 'ipset cannot list the kernel’s sets'],
        'felix/ipset-resync-failed': ['weak', 'Felix cannot read the IP sets'],
        'ipset/kernel-unsupported': ['against', 'the kernel has no IP sets at all, whatever ipset asks for'],
        'felix/ipset-gave-up': ['strong', 'Felix gave up on its IP sets and crashes'],
      }),
      ...view
        .rows('versions')
        .flatMap((row) => (row.of === 'ipset' ? [sign(row, 'weak', `ipset is ${row.version}`)] : [])),
    ]
    return findingsOf(signs, {
      judges: 'node',
      // IP sets are in trouble for other reasons as well: a missing module, a set in use.
      conclude: (own) =>
        own.some(({ weight }) => weight === 'decisive' || weight === 'strong')
          ? {
              says: 'the ipset in calico-node’s image cannot read the IP sets that the kernel holds',
              state: { ipset: versionIn(view) },
            }
          : undefined,
    })
  },
  explains: explainsHere,
  isHidden: (about, view) => isDataplaneUntried(view, about),
})

const versionIn = (view: Reads<'messages'>): string | undefined =>
  view.rows('messages').find(({ message }) => message.id === 'ipset/incompatible')?.message.params.version
