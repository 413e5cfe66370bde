import { bgpComplaints, isComplainer } from '#cluster/bgp-complaints.ts'
import { isCalicoAccount } from '#cluster/calico-accounts.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { findingsOf, hasSign, type MessageSign, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import type { View } from '#diagnosis/types.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'
import {
  knownNamespace,
  type Names,
  passwordsNamed,
} from '#failures/bgp-password-secret-unreadable/passwords.ts'
import { ofRoles, ofSecrets } from '#failures/bgp-password-secret-unreadable/secrets.ts'

export interface PasswordState {
  /** The secret that holds the password, and where calico-node looks for it. */
  readonly secret: string | undefined
  readonly namespace: string | undefined
  /** The API server refused calico-node the secret. */
  readonly isForbidden: boolean
}

/**
 * Finds BGP passwords that calico-node cannot read: the secret is in another namespace or lacks its key, or no Role lets
 * calico-node see it. The session is then rendered without a password, and its other end keeps silent.
 *
 * @see projectcalico/calico:confd/pkg/backends/calico/secret_watcher.go
 */
export const detector = defineDetector<PasswordState, Names>({
  needs: ['bgpPeers', 'settings', 'secrets', 'messages'],
  uses: ['pods', 'roles', 'bgpSessions', 'nodes'],
  judges: 'cluster',
  detect: (view) => {
    const passwords = passwordsNamed(view)
    const told = messageSigns(view, said(passwords.map(({ secret }) => secret)))
    const signs = [...told, ...ofSecrets(view, passwords), ...ofReferences(view)]
    return findingsOf(signs.length === 0 ? [] : [...signs, ...ofRoles(view, passwords)], {
      judges: 'cluster',
      conclude: (own) =>
        isWorthSaying(own, view, ['bgp-session-down'])
          ? {
              says: 'calico-node cannot read the secret with a BGP password',
              state: {
                secret: passwords[0]?.secret,
                namespace: knownNamespace(view),
                isForbidden: hasSign(messageSigns(view, { 'api/forbidden': ofRefusal }), 'decisive'),
              },
            }
          : undefined,
    })
  },
  explains: (finding, symptom, view) => {
    if (symptom.id === 'access-refused') return finding.state.isForbidden
    const complaints = bgpComplaints(view)
    return (
      symptom.id !== 'calico-node-not-ready' ||
      complaints.length === 0 ||
      isComplainer(complaints, symptom.about)
    )
  },
})

/** Passwords of BGP are the only secrets that calico-node asks for. */
const ofRefusal: MessageSign = ({ message: { params } }) =>
  params.resource === 'secrets' && isCalicoAccount(params.user ?? '')
    ? ['decisive', `${params.user} may not ${params.verb} secrets`]
    : undefined

const said = (secrets: readonly string[]): Readonly<Record<string, MessageSign>> => ({
  'confd/password-unreadable': ({ message: { params } }) => [
    'decisive',
    `confd cannot read the password of ${params.peer ?? params.configuration ?? params.secret ?? 'a peer'}`,
  ],
  'confd/secret-missing': ['decisive', 'confd finds no such secret, or not its key'],
  'confd/secret-not-synced': ['decisive', 'confd is not let see the secret: mostly a Role that is missing'],
  'confd/secrets-unwatched': ['strong', 'confd cannot watch secrets'],
  'api/forbidden': ofRefusal,
  'api/not-found': ({ message: { params } }) =>
    params.resource === 'secrets' && secrets.includes(params.name ?? '')
      ? ['decisive', `there is no secret ${params.name} where it was looked for`]
      : undefined,
  'kernel/tcp-md5': ({ message: { params } }) => [
    'strong',
    `TCP’s MD5 hash is ${params.what}: the ends have not the same password`,
  ],
  'bgp/md5-failed': ['strong', 'the kernel cannot sign the session'],
})

/** A password needs a Role that no manifest and no operator brings; that it is named is no more than a hint by itself. */
function ofReferences(view: View<Names>): readonly Sign[] {
  const isUp = view.rows('bgpSessions').some(({ up }) => up)
  const troubles = new Set(bgpComplaints(view).map(({ trouble }) => trouble))
  const isAnswered = ['refused', 'answered', 'left', 'no-listener', 'no-address'].some((each) =>
    troubles.has(each as never),
  )
  const now = view.symptoms.filter(({ when }) => when === 'now')
  const isOfBgp = now.length === 0 || now.some(({ id }) => id === 'bgp-session-down')
  const isSuspicious = view.isComplaint === true && !isUp && !isAnswered && isOfBgp
  // Both ends of a session that is up have read the password that is the whole mesh's.
  const isReadInMesh = view.rows('bgpSessions').some(({ up, kind }) => up && kind === 'mesh')
  const unproven = passwordsNamed(view).filter((row) => !(row.isOfMesh && isReadInMesh))
  return unproven.map((row) =>
    sign(
      { from: row.from },
      isSuspicious ? 'strong' : 'weak',
      `${row.of} wants the password in secret ${row.secret}, which needs a Role of its own`,
      clusterSubject,
    ),
  )
}
