import type { Reads } from '#cluster/facts.ts'
import { innerMessage } from '#cluster/queries.ts'
import { envNamed, settingsNamed } from '#cluster/settings.ts'
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
import { hasScheme, isCertificateOfEtcd, isEtcdPort } from '#failures/etcd-access-failed/etcd.ts'

export interface EtcdState {
  /** Calico's ETCD_ENDPOINTS, where it was shown. */
  readonly endpoints: string | undefined
}

type Needs = 'messages' | 'settings' | 'reachability' | 'certificates' | 'pods'

/**
 * Finds a Calico with the etcd datastore that cannot use it: certificates out of time, wrong paths of files, an endpoint without
 * its scheme. TCP works mostly, and clients hang without a word.
 *
 * @see etcd-io/etcd:client/v3/client.go (dial with block and time-out)
 * @see projectcalico/calico:libcalico-go/lib/backend/etcdv3/etcdv3.go
 */
export const detector = defineDetector<EtcdState, Needs>({
  needs: ['messages', 'settings'],
  uses: ['reachability', 'certificates', 'pods'],
  judges: 'cluster',
  detect: (view) => {
    const signs = [
      ...messageSigns(view, said, { endedBy: ['startup/datastore-ready'] }),
      ...ofEndpoints(view),
      ...ofTests(view),
      ...ofCertificates(view),
    ]
    const isNotUsed =
      signs.length === 0 ? [] : envNamed(view, 'DATASTORE_TYPE').filter(({ value }) => value === 'kubernetes')
    return findingsOf(
      [
        ...signs,
        ...isNotUsed.map((row) => sign(row, 'against', 'Calico’s datastore is Kubernetes here, not etcd')),
      ],
      {
        judges: 'cluster',
        conclude: (own) =>
          isWorthSaying(own, view, ['calico-node-start-failing', 'api-unreachable'])
            ? {
                says: 'Calico cannot use its etcd: certificates, paths or endpoints are wrong, or etcd does not answer',
                state: { endpoints: envNamed(view, 'ETCD_ENDPOINTS')[0]?.value },
              }
            : undefined,
      },
    )
  },
  explains: explainsHere,
})

const untrusted = [
  'tls/expired',
  'tls/unknown-authority',
  'tls/wrong-name',
  'tls/remote-error',
  'tls/handshake-timeout',
  'tls/not-tls',
]

/** What failed beneath an etcd client decides; without it, the client’s silence is typical of TLS. */
const client =
  (says: string): MessageSign =>
  (row) =>
    innerMessage(row, ...untrusted) ? ['decisive', `${says}: TLS with etcd fails`] : ['strong', says]

const said: Readonly<Record<string, MessageSign>> = {
  'etcd/dial-timeout': [
    'decisive',
    'etcd’s client gave up dialling: mostly a wrong certificate, file or scheme',
  ],
  'etcd/client-failed': ['decisive', 'etcd’s client cannot be made with these settings'],
  'etcd/no-endpoints': ['decisive', 'nobody told Calico where etcd is'],
  'etcd/unavailable': client('no etcd member can be used'),
  'felix/etcd-request-failed': client('Felix’s requests to etcd fail'),
  'felix/etcd-config-failed': client('Felix cannot read its settings from etcd'),
  'felix/etcd-driver-died': ['strong', 'Felix lost its connection to etcd and ends'],
  'etcd/endpoint-deadline': client('an etcd member does not answer in time'),
  'etcd/retrying': client('requests to etcd fail again and again'),
  // Other programs speak gRPC, too; about etcd they are when its words stand around.
  'grpc/handshake-failed': (row) =>
    innerMessage(row, ...untrusted) ? ['strong', 'TLS with a gRPC server fails'] : undefined,
  'startup/node-unreachable': ['strong', 'start-up cannot read its node from the datastore'],
  'url/no-scheme': ['strong', 'an endpoint is written without http:// or https://'],
  'tls/key-mismatch': ['weak', 'a certificate and its key do not belong together'],
  'tls/pem-missing': ['weak', 'a file of a certificate or key is empty'],
}

/** Every endpoint needs its scheme: etcd’s client takes the host for one, else. */
const ofEndpoints = (view: Reads<'settings'>): readonly Sign[] =>
  [...envNamed(view, 'ETCD_ENDPOINTS'), ...settingsNamed(view, ['cni', 'other'], 'etcd_endpoints')]
    .filter(({ value }) => value !== '' && !hasScheme(value))
    .map((row) => sign(row, 'decisive', `${row.name} lacks the scheme: ${row.value}`))

const ofTests = (view: Reads<'reachability'>): readonly Sign[] =>
  view
    .rows('reachability')
    .filter((row) => isEtcdPort(row.port) && row.outcome !== 'ok')
    .map((row) =>
      row.outcome === 'tls-failed'
        ? sign(row, 'decisive', `${row.to}:${row.port} takes connections and TLS fails`)
        : sign(row, 'strong', `etcd at ${row.to}:${row.port} cannot be reached`),
    )

const ofCertificates = (view: Reads<'certificates'>): readonly Sign[] =>
  view
    .rows('certificates')
    .filter(
      (row) =>
        isCertificateOfEtcd(row.of) && (row.notAfterMs ?? Number.POSITIVE_INFINITY) < view.observedAtMs,
    )
    .map((row) => sign(row, 'decisive', `${row.of} is out of its time`))
