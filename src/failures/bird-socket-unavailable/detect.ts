import type { Fact } from '#cluster/facts.ts'
import { innerMessage } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import type { View, Weight } from '#diagnosis/types.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface SocketState {
  /** Nothing is wrong on the node: whoever asked BIRD was not root. */
  readonly isOnlyTheTool: boolean
}

type Names = 'messages' | 'pods' | 'hostPaths'

/**
 * Finds BIRD's control socket that cannot be made or reached: a stale entry or a folder in its place, a folder that is not mounted; or
 * a tool that was not run as root, which says nothing of the node. Without BIRD there is no socket either, so most sightings are
 * a consequence.
 *
 * @see bird:sysdep/unix/main.c (cli_init_unix), projectcalico/calico:node/pkg/health/bird/bird.go
 */
export const detector = defineDetector<SocketState, Names>({
  needs: ['messages', 'hostPaths'],
  uses: ['pods'],
  judges: 'node',
  detect: (view) => {
    const tool = messageSigns(view, ofTheTool)
    const signs = [
      ...messageSigns(view, ofBird, { endedBy: ['bird/started'] }),
      ...messageSigns(view, ofWhoAsked(isOfOthers(view) ? 'weak' : 'strong')),
      ...ofPaths(view),
    ]
    return findingsOf([...signs, ...tool], {
      judges: 'node',
      conclude: (own) => {
        if (!isWorthSaying(own, view, ['calico-node-not-ready', 'bird-not-running'])) return undefined
        const isOnlyTheTool = !signs.some((one) => own.includes(one))
        return {
          says: isOnlyTheTool
            ? 'calicoctl or birdcl was not run as root; this tells nothing about BIRD'
            : 'BIRD’s control socket cannot be made or reached',
          state: { isOnlyTheTool },
        }
      },
    })
  },
  explains: (finding, symptom) => !finding.state.isOnlyTheTool && explainsHere(finding, symptom),
})

const errorOf = ({ message }: Fact<MessageRow>): string => (message.params.error ?? '').trim().toLowerCase()

/** Who may not enter the folder has another trouble. */
const denied = 'permission denied'

const ofBird: Readonly<Record<string, MessageSign>> = {
  'bird/cannot-create-control-socket': (row) =>
    errorOf(row) === denied
      ? undefined
      : ['decisive', `BIRD cannot make its control socket: ${row.message.params.error}`],
  'bird/another-running': ['weak', 'another BIRD serves the control socket'],
}

const isSocketOfBird = (path: string | undefined): boolean =>
  /* both files, in both of their folders */ ['bird.ctl', 'bird6.ctl'].some(
    (name) => path?.endsWith(`/${name}`) ?? false,
  )

/** The socket is not there, or nobody behind it, as probes and tools find. */
const ofWhoAsked = (weight: Weight): Readonly<Record<string, MessageSign>> => {
  const says = 'nobody answers at BIRD’s control socket'
  const unlessDenied: MessageSign = (row) => (errorOf(row) === denied ? undefined : [weight, says])
  return {
    'health/bird-socket-unreachable': unlessDenied,
    'birdcl/unable-to-connect': unlessDenied,
    'dial/unix-failed': (row) =>
      isSocketOfBird(row.message.params.path) && errorOf(row) !== denied ? [weight, says] : undefined,
    'calicoctl/bird-unreachable': (row) => (isDeniedDial(row) ? undefined : [weight, says]),
  }
}

const isDeniedDial = (row: Fact<MessageRow>): boolean =>
  innerMessage(row, 'dial/unix-failed')?.params.error?.toLowerCase() === denied

/** What is refused to somebody without root is refused on a healthy node, too. */
const ofTheTool: Readonly<Record<string, MessageSign>> = {
  'calicoctl/bird-denied': ['decisive', 'calicoctl advises to run it as root'],
  'calicoctl/not-root': ['decisive', 'calicoctl was not run as root'],
  'birdcl/unable-to-connect': (row) =>
    errorOf(row) === denied ? ['strong', 'birdcl may not use the socket'] : undefined,
}

const otherTroubles = new Set([
  'calico-node-start-failing',
  'api-unreachable',
  'access-refused',
  'typha-unreachable',
  'dataplane-not-programmed',
  'cni-install-failing',
  'calico-image-not-pulled',
])

const otherMessages = new Set([
  'bird/config-error',
  'bird/config-unreadable',
  'bird/included-file-unreadable',
  'bird/no-router-id',
  'health/felix-not-ready',
  'health/felix-not-live',
  'health/nodename-missing',
  'confd/config-check-failed',
  'confd/client-failed',
  'confd/settings-failed',
  'startup/mount-missing',
])

/** Something before BIRD is broken, so that it has not started: no socket is what one expects. */
const isOfOthers = (view: View<Names>): boolean =>
  view.symptoms.some(({ id, when }) => when === 'now' && otherTroubles.has(id)) ||
  view
    .rows('messages')
    .some(
      (row) =>
        otherMessages.has(row.message.id) ||
        (row.message.id === 'bird/cannot-create-control-socket' && errorOf(row) === denied),
    )

const ofPaths = (view: View<Names>): readonly Sign[] =>
  view
    .rows('hostPaths')
    .filter(
      ({ path, exists, kind }) => isSocketOfBird(path) && exists && kind !== undefined && kind !== 'socket',
    )
    .map((row) => sign(row, 'decisive', `${row.path} is a ${row.kind}, not a socket`))
