import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector } from '#failures/private-endpoint-without-vrf/detect.ts'

export const mode: Mode<undefined> = {
  id: 'private-endpoint-without-vrf',
  title: 'A classic cluster has a private service endpoint, and its account has no way there',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: ['master-on-backup', 'calico-api-unavailable', 'operator-degraded'],
  traffic:
    'Yes: pods and nodes go on, by the master’s public address; only logs, exec, webhooks and aggregated APIs fail.',
  prevent: [
    'Enable VRF and service endpoints in the account before a cluster gets a private service endpoint.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['settings'],
      why: 'whether the account has VRF and service endpoints, and the cluster a private service endpoint',
      command: 'ibmcloud account show; ibmcloud ks cluster get --cluster <cluster>',
      cost: 3,
    }),
  ],
}
