/** The endpoints of `default/kubernetes`, which each API server keeps itself: pkg/controlplane/reconcilers. */
import type { ApiServer } from '#lab/api/server.ts'
import { keyOf } from '#lab/api/store.ts'
import { createObject } from '#lab/api/verbs/create.ts'

const user = { username: 'system:apiserver', groups: ['system:masters'] }

/** Makes the Endpoints and EndpointSlice of `default/kubernetes` unless they are there. */
export function advertiseKubernetes({ state, advertise }: ApiServer): void {
  const ports = [{ name: 'https', port: advertise.port, protocol: 'TCP' }]
  const ensure = (apiVersion: string, kind: string, object: object): void => {
    const def = state.registry.ofKind(apiVersion, kind)
    if (def === undefined || state.store.get(def.bucket, keyOf('default', 'kubernetes')) !== undefined) return
    createObject(state, { def, namespace: 'default', body: { apiVersion, kind, ...object } }, { user })
  }
  ensure('v1', 'Endpoints', {
    metadata: { name: 'kubernetes', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: advertise.address }], ports }],
  })
  ensure('discovery.k8s.io/v1', 'EndpointSlice', {
    addressType: 'IPv4',
    endpoints: [{ addresses: [advertise.address], conditions: { ready: true } }],
    metadata: { name: 'kubernetes', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    ports,
  })
}
