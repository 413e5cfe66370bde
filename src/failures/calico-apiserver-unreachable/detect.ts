import { calicoApis, isAboutCalicoApi, isCalicoApiPod, isCalicoApiService } from '#cluster/calico-api.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { innerMessage, isReady } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface CalicoApiState {
  /** FailedDiscoveryCheck, MissingEndpoints … */
  readonly reason: string | undefined
}

type Needs = 'apiServices' | 'messages' | 'pods' | 'endpoints'

/**
 * Finds an aggregated API v3.projectcalico.org that the control plane cannot use: nobody serves it, or the way to TCP 5443 is
 * closed. The pod network does not need it; kubectl, the operator and the deletion of namespaces do.
 *
 * @see kubernetes/kube-aggregator:pkg/controllers/status/remote/remote_available_controller.go
 */
export const detector = defineDetector<CalicoApiState, Needs>({
  needs: ['apiServices'],
  uses: ['messages', 'pods', 'endpoints'],
  judges: 'cluster',
  detect: (view) => {
    const answers = calicoApis(view).find(({ available }) => available)
    const told = [...ofApis(view), ...messageSigns(view, said)]
    const signs = [...told, ...ofBackends(view)]
    if (signs.length === 0) return []
    const all =
      answers === undefined
        ? signs
        : [...signs, sign(answers, 'against', `${answers.name} is available`, clusterSubject)]
    return findingsOf(all, {
      judges: 'cluster',
      conclude: (own) =>
        isWorthSaying(own, view, ['calico-api-unavailable', 'operator-degraded'])
          ? {
              says: 'the aggregated API v3.projectcalico.org does not answer',
              state: { reason: reasonIn(view) },
            }
          : undefined,
    })
  },
  explains: explainsHere,
  isImmune: (_, view) => calicoApis(view).some(({ available }) => available),
})

/** The API server itself says so. */
const ofApis = (view: Reads<'apiServices'>): readonly Sign[] =>
  calicoApis(view)
    .filter(({ available }) => !available)
    .map((row) =>
      sign(
        row,
        'decisive',
        `${row.name} is not available${row.reason === undefined ? '' : ` (${row.reason})`}`,
        clusterSubject,
      ),
    )

const ifCalicos =
  (weight: 'decisive' | 'strong', says: (row: Fact<MessageRow>) => string): MessageSign =>
  (row) =>
    isAboutCalicoApi(row.message) ? [weight, says(row)] : undefined

const said: Readonly<Record<string, MessageSign>> = {
  'apiservice/no-response': ifCalicos(
    'decisive',
    (row) =>
      `the control plane gets no answer at ${row.message.params.address}:${row.message.params.port}${how(row)}`,
  ),
  'apiservice/unavailable': ifCalicos(
    'decisive',
    ({ message: { params } }) => `${params.apiService} is not available (${params.reason})`,
  ),
  'apiservice/no-endpoints': ifCalicos('decisive', () => 'nobody stands behind the Service of Calico’s API'),
  'calico-apiserver/service-missing': ifCalicos(
    'decisive',
    ({ message: { params } }) => `the Service ${params.namespace}/${params.service} is gone`,
  ),
  'api/discovery-incomplete': ifCalicos(
    'decisive',
    () => 'the list of kinds lacks projectcalico.org/v3: namespaces cannot be deleted',
  ),
  // Of which API it is only the resource tells; without that it may be anybody's.
  'kubectl/service-unavailable': (row) =>
    isAboutCalicoApi(row.message)
      ? ['decisive', 'the API server cannot pass on requests for projectcalico.org']
      : ['weak', 'an aggregated API does not answer'],
  'calico-apiserver/ended': ['strong', 'the Calico API server ended'],
  'calico-apiserver/auth-unreadable': ['strong', 'the Calico API server cannot read whom to trust'],
  'calico-apiserver/client-failed': ['strong', 'the Calico API server does not reach the datastore'],
  'calico-apiserver/client-config-failed': ['strong', 'the Calico API server has no usable settings'],
  'operator/pools-need-apiserver': ['strong', 'the operator misses the Calico API server'],
  'operator/waiting-for-apiserver': ['weak', 'the operator waits for the Calico API server'],
}

const how = (row: Fact<MessageRow>): string =>
  ways.find(([id]) => innerMessage(row, id) !== undefined)?.[1] ?? ''

const ways: readonly (readonly [id: string, says: string])[] = [
  ['dial/timeout', ': packets get lost'],
  ['dial/no-route', ': no route to it'],
  ['dial/refused', ': nobody listens there'],
  ['tls/unknown-authority', ': its certificate is not trusted'],
  ['tls/expired', ': its certificate is out of its time'],
  ['tls/wrong-name', ': its certificate is for another name'],
  ['http/awaiting-headers', ': it does not answer in time'],
]

/** Who should answer. */
const ofBackends = (view: Reads<'pods' | 'endpoints'>): readonly Sign[] => [
  ...view
    .rows('endpoints')
    .filter(
      ({ name, addresses, seenBy }) => isCalicoApiService(name) && addresses.length === 0 && seenBy === 'api',
    )
    .map((row) => sign(row, 'strong', `nobody stands behind the Service ${row.name}`, clusterSubject)),
  ...view
    .rows('pods')
    .filter((pod) => isCalicoApiPod(pod) && pod.deleting !== true && isReady(pod) === false)
    .map((pod) =>
      sign(
        pod,
        'weak',
        `${pod.name} is not ready${pod.status === undefined ? '' : `: ${pod.status}`}`,
        clusterSubject,
      ),
    ),
]

const reasonIn = (view: Reads<'apiServices' | 'messages'>): string | undefined =>
  calicoApis(view).find(({ reason }) => reason !== undefined)?.reason ??
  view.rows('messages').find(({ message }) => message.id === 'apiservice/unavailable')?.message.params.reason
