import { isCalicoAccount } from '#cluster/calico-accounts.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import type { Message } from '#cluster/messages.ts'
import { innerMessage } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { calicoVersions, isBefore } from '#cluster/versions.ts'
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
import { missingRights } from '#failures/rbac-forbidden/rights.ts'

export interface ForbiddenState {
  /** The right that was refused first: `list endpointslices`. */
  readonly right: string | undefined
}

type Needs = 'messages' | 'pods' | 'roles' | 'versions' | 'remarks' | 'attempts'

/**
 * Finds rights that Calico's accounts lack: mostly a ClusterRole that is older than the image, or that was deleted.
 *
 * @see kubernetes/apiserver:pkg/authorization/authorizer/rbac.go (… is forbidden: User … cannot …)
 * @see projectcalico/calico:libcalico-go/lib/backend/k8s/resources/errors.go (403 becomes “connection is unauthorized”)
 */
export const detector = defineDetector<ForbiddenState, Needs>({
  needs: ['messages', 'roles'],
  uses: ['pods', 'versions', 'remarks', 'attempts'],
  judges: 'cluster',
  detect: (view) => {
    const refused = messageSigns(view, {
      'api/forbidden': ofRefusal,
      'api/role-missing': ofMissingRole,
      ...wrappers,
    })
    const signs = [...refused, ...ofRoles(view), ...ofPeople(view, hasSign(refused, 'decisive'))]
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: (own) =>
        isWorthSaying(own, view, typical)
          ? {
              says: 'an account of Calico’s lacks a right that this version needs',
              state: { right: rightIn(view) },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

const typical = [
  'access-refused',
  'calico-node-start-failing',
  'calico-node-not-ready',
  'cni-install-failing',
]

/** A refusal names who may not do what; only Calico's own accounts matter here. */
const ofRefusal: MessageSign = ({ message: { params } }) => meaningOf(params)

function meaningOf(params: Message['params']): readonly ['decisive' | 'weak', string] | undefined {
  if (!isCalicoAccount(params.user ?? '')) return undefined
  // Reading Secrets is never part of Calico's roles: that is a right somebody has to give for one purpose.
  if (params.resource === 'secrets') return ['weak', `${params.user} may not ${params.verb} secrets`]
  return ['decisive', `${params.user} may not ${params.verb} ${params.resource ?? params.path ?? 'it'}`]
}

const ofMissingRole: MessageSign = ({ message: { params } }) =>
  // The bindings that name roles of Calico's.
  isCalicoAccount(params.name ?? '') ? ['decisive', `the role ${params.name} does not exist`] : undefined

const isNodeAccount = (user = ''): boolean => user.startsWith('system:node:')

/** Cut refusals count by who quotes them; without any quotation, these lines only fit. */
const quoting =
  (says: string): MessageSign =>
  (row) => {
    // Of whichever account: it is Calico's program that was refused.
    const full = innerMessage(row, 'api/forbidden')
    if (full !== undefined) return isCalicoAccount(full.params.user ?? '') ? undefined : ['decisive', says]
    if (innerMessage(row, 'api/forbidden-cut')) return ['decisive', says]
    return isSilent(row) ? ['weak', says] : undefined
  }

/** It gives no reason, or one that says no more: 401 and 403 read alike. */
const isSilent = ({ message }: Fact<MessageRow>): boolean =>
  message.inner === undefined && message.params.error === undefined

const wrappers: Readonly<Record<string, MessageSign>> = {
  'cni/forbidden': quoting('the CNI plugin’s account is refused a right'),
  // Whoever wrote the plugin’s kubeconfig: of several plugins it need not be Calico’s.
  'runtime/network-plugin-failed': (row) =>
    isNodeAccount(innerMessage(row, 'api/forbidden')?.params.user)
      ? ['strong', 'a CNI plugin asks with the node’s own account, which lacks the right']
      : undefined,
  'cni/token-create-failed': quoting('no token may be made for the CNI plugin'),
  'cni/token-update-failed': quoting('no token may be made for the CNI plugin'),
  'datastore/list-failed': quoting('a list of resources is refused'),
  'datastore/unauthorized': quoting('a program of Calico’s is refused a right'),
  'hearsay/right-missing': ({ message: { params } }) => [
    'strong',
    `a role lacks ${params.verb ?? 'a right'} on ${params.resource}, as somebody says`,
  ],
  'datastore/tier-unauthorized': ['strong', 'a program of Calico’s may not make a tier'],
  'startup/datastore-unauthorized': quoting('start-up is refused: its token, or its rights'),
  'startup/kubeadm-config-failed': quoting('start-up may not read kubeadm’s configuration'),
  'startup/node-write-failed': quoting('start-up may not write its node'),
  'startup/node-read-failed': quoting('start-up may not read its node'),
  'startup/pools-read-failed': quoting('start-up may not read the IP pools'),
  'startup/resource-init-failed': quoting('start-up may not write Calico’s resources'),
  'startup/network-unavailable-failed': quoting('calico-node may not write its node’s condition'),
  'felix/config-unreadable': quoting('Felix may not read its configuration'),
  'felix/pools-unreadable': quoting('Felix may not read the IP pools'),
  'kube-controllers/datastore-failed': quoting('kube-controllers is refused a right'),
  'typha/discovery-failed': quoting('calico-node may not look for Typha'),
  // client-go prints it in every program, so who is refused must be known by the account.
  'api/list-failed': (row) =>
    innerMessage(row, 'api/forbidden') === undefined && innerMessage(row, 'api/forbidden-cut')
      ? ['strong', 'a program may not read a kind of resource']
      : undefined,
}

/** An excerpt of a role cannot be told from a whole one: it is strong only where the version is known to need more. */
const ofRoles = (view: Reads<'roles' | 'versions'>): readonly Sign[] =>
  view
    .rows('roles')
    .filter((role) => role.kind === 'ClusterRole' && role.name === 'calico-node' && role.rules.length > 0)
    .flatMap((role) =>
      missingRights(role).flatMap((right) => {
        const running = calicoVersions(view).map(({ version }) => isBefore(version, right.since))
        if (running.length > 0 && running.every((isOlder) => isOlder === true)) return []
        const says = `the ClusterRole does not let calico-node ${right.verb} ${right.resource}, needed since ${right.since}`
        return [sign(role, running.includes(false) ? 'strong' : 'weak', says)]
      }),
    )

function ofPeople(view: Reads<'attempts' | 'remarks' | 'messages'>, isRefused: boolean): readonly Sign[] {
  const cured = view
    .rows('attempts')
    .filter(({ act, outcome }) => act === 'apply-manifest' && outcome === 'cured')
  const upgraded = view.rows('remarks').filter(({ says }) => says === 'calico-was-upgraded')
  const isUnready = view.rows('messages').some(({ message }) => unready.has(message.id))
  return [
    ...cured.map((row) => sign(row, 'strong', 'the manifest of this version, applied as a whole, cured it')),
    ...(isRefused || isUnready ? upgraded.map((row) => sign(row, 'weak', 'Calico was upgraded before')) : []),
  ]
}

const unready: ReadonlySet<string> = new Set(['health/felix-not-ready', 'health/felix-not-live'])

function rightIn(view: Reads<'messages'>): string | undefined {
  const params = view.rows('messages').find(({ message }) => message.id === 'api/forbidden')?.message.params
  return params === undefined ? undefined : `${params.verb} ${params.resource ?? params.path ?? ''}`.trim()
}
