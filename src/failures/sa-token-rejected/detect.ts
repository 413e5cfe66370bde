import { type ApiContact, apiContacts } from '#cluster/api-contacts.ts'
import type { Reads } from '#cluster/facts.ts'
import { spreadOf } from '#cluster/places.ts'
import { innerMessage } from '#cluster/queries.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { contactSigns } from '#diagnosis/contact-signs.ts'
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
import type { Weight } from '#diagnosis/types.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'

export interface RejectedState {
  /** Tokens are from the future, or a clock was set: the time is at fault, not the keys. */
  readonly isClock: boolean
}

type Needs = 'messages' | 'pods' | 'settings' | 'remarks'

/**
 * Finds calico-node's own service-account token refused (401): API servers with different keys or issuers, or a clock that was
 * wrong when the token was made.
 *
 * @see kubernetes/kubernetes:pkg/serviceaccount/claims.go (when a token counts)
 * @see projectcalico/calico:node/pkg/lifecycle/startup/startup.go (Connection to the datastore is unauthorized)
 */
export const detector = defineDetector<RejectedState, Needs>({
  needs: ['messages'],
  uses: ['pods', 'settings', 'remarks'],
  judges: 'node',
  detect: (view) => {
    const refused = apiContacts(view).filter(({ outcome }) => outcome === 'unauthorized')
    const own = refused.filter(({ by }) => by !== 'cni-plugin')
    const isRefused = own.length > 0
    const ofClock = messageSigns(view, clock(isRefused))
    const signs = [
      ...contactSigns(refused, meaningOf),
      ...messageSigns(view, said),
      ...ofClock,
      ...issuers(view),
      ...(isRefused ? ofPeople(view) : []),
    ]
    const { places, isEverywhere } = spreadOf(
      view,
      own.map(({ about }) => about),
    )
    // What most nodes are refused at one time is no node's: an account, a key or an issuer is the cluster's.
    const placed = isEverywhere && places >= 3 ? signs.map(ofCluster) : signs
    return findingsOf(placed, {
      judges: 'node',
      conclude: (own) =>
        isBacked(own, view, ['access-refused', 'calico-node-start-failing'])
          ? {
              says: 'the API server refuses calico-node’s own service-account token',
              state: { isClock: hasSign(ofClock, 'decisive') || hasSign(ofClock, 'strong') },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

const ofCluster = (one: Sign): Sign => ({ ...one, about: clusterSubject })

/** Who is refused says whose token it is: only the plugin has another one than its pod's. */
function meaningOf({ by }: ApiContact): readonly [Weight, string] {
  if (by === 'calico-node')
    return ['decisive', 'calico-node itself is refused (401), with the token of its pod']
  if (by === 'pod') return ['strong', 'a pod of Calico’s is refused (401), with its own token']
  return by === 'cni-plugin'
    ? ['weak', 'the CNI plugin’s token is refused']
    : ['strong', 'a client of the API server is refused (401)']
}

const said: Readonly<Record<string, MessageSign>> = {
  // Without the inner error it may as well be a right that is missing.
  'startup/datastore-unauthorized': (row) =>
    innerMessage(row, 'api/unauthorized', 'api/forbidden', 'api/forbidden-cut') === undefined
      ? ['weak', 'start-up is refused: its token, or its rights']
      : undefined,
  'token/signature-invalid': ['decisive', 'a token was signed with a key that this API server does not know'],
  'token/invalidated': ['strong', 'a token was revoked: its account or pod was deleted or made anew'],
  'token/invalid': ['weak', 'the API server refuses somebody’s token'],
}

/** A clock that was set far is only a circumstance until somebody is refused. */
const clock = (isRefused: boolean): Readonly<Record<string, MessageSign>> => {
  const stepped = isRefused ? ('strong' as const) : ('weak' as const)
  const by: MessageSign = ({ message: { params } }) =>
    Math.abs(Number(params.seconds)) >= 60 ? [stepped, `the clock was set by ${params.seconds} s`] : undefined
  return {
    'token/not-yet-valid': ['decisive', 'a token is not valid yet: clocks differ'],
    'token/used-before-issued': ['decisive', 'a token is used before it was issued: clocks differ'],
    'token/issued-in-future': ['decisive', 'a token was issued in the future: clocks differ'],
    'chrony/clock-stepped': by,
    'chrony/clock-wrong': by,
    'ntp/time-reset': by,
    'timesyncd/clock-unset': [stepped, 'the machine started with a wrong clock'],
    'chrony/time-jump': isRefused ? ['weak', 'the clock jumped'] : () => undefined,
    'etcd/clock-difference': isRefused ? ['weak', 'the clocks of the control plane differ'] : () => undefined,
  }
}

/** API servers of one cluster that were given different issuers or keys. */
function issuers(view: Reads<'settings'>): readonly Sign[] {
  const rows = view.rows('settings').filter(({ of, name }) => of === 'apiserver' && keys.has(name))
  return rows
    .filter((row) =>
      rows.some((other) => other.name === row.name && isOtherServer(row, other) && other.value !== row.value),
    )
    .map((row) => sign(row, 'strong', `API servers differ in ${row.name}`, clusterSubject))
}

interface Place {
  readonly node?: string
  readonly in?: string
}

const isOtherServer = (a: Place, b: Place): boolean => a.node !== b.node || a.in !== b.in

const keys: ReadonlySet<string> = new Set([
  'service-account-issuer',
  'service-account-key-file',
  'service-account-signing-key-file',
])

const ofPeople = (view: Reads<'remarks'>): readonly Sign[] =>
  view.rows('remarks').flatMap((row) => {
    if (row.says === 'heals-by-itself')
      return [sign(row, 'weak', 'it heals by itself, as a clock does that is set')]
    return row.says === 'node-was-rebooted'
      ? [sign(row, 'weak', 'it began with a boot, when clocks are wrong')]
      : []
  })
