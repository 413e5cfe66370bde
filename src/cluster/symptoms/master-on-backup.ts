import { ask } from '#cluster/asking.ts'
import { infrastructureOf } from '#cluster/managed.ts'
import { masterWays } from '#cluster/master-proxy.ts'
import { placeOfMessage } from '#cluster/queries.ts'
import type { SymptomEntry } from '#cluster/symptoms.ts'

/** Nodes live on, and what knows the usual way alone (Konnectivity: logs, exec, webhooks) does not work; the next failure is felt. */
export const masterOnBackup: SymptomEntry<'pods' | 'messages' | 'nodes'> = {
  id: 'master-on-backup',
  title: 'a node reaches the API server by a backup way only',
  reads: ['pods', 'messages', 'nodes'],
  see: (facts) =>
    masterWays(facts)
      .filter(({ way }) => way === 'backup')
      .map(({ row }) => ({
        id: 'master-on-backup',
        about: placeOfMessage(facts, row),
        says: 'its proxy for the API server has no other server left than a backup',
        from: row.from,
        when: 'now',
      })),
  questions: ({ about }, facts) => [
    infrastructureOf(facts) === 'softlayer'
      ? ask(facts, about, {
          fills: ['settings'],
          why: 'whether the account has VRF and service endpoints, which the private way to a classic master takes',
          command: 'ibmcloud account show; ibmcloud ks cluster get --cluster <cluster>',
          cost: 3,
        })
      : ask(facts, about, {
          fills: ['endpointGateways', 'cloudRules'],
          why: 'whether the master’s endpoint gateway is there and stable, and whether its security group lets the workers in',
          command: 'ibmcloud is endpoint-gateways; ibmcloud is security-group-rules kube-vpegw-<cluster-id>',
          cost: 4,
        }),
  ],
}
