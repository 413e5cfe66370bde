import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type GatewayState } from '#failures/endpoint-gateway-broken/detect.ts'

export const mode: Mode<GatewayState> = {
  id: 'endpoint-gateway-broken',
  title: 'The endpoint gateway by which workers of a VPC reach their master is gone or closed',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'master-on-backup',
    'node-not-ready',
    'api-unreachable',
    'calico-node-not-ready',
    'calico-node-start-failing',
    'calico-api-unavailable',
    'operator-degraded',
    'sandbox-creation-failing',
    'cni-install-failing',
    'typha-unreachable',
    'bgp-session-down',
    'node-flapping',
    'pods-not-ready-on-node',
  ],
  traffic:
    'Pods that run go on. Where outbound traffic is not protected, nodes go on by the master’s public address, and only logs, exec and webhooks fail.',
  prevent: [
    'Leave endpoint gateways named iks-<cluster-id> and the groups kube-vpegw-… to the service: no automation may tidy them up.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['endpointGateways'],
      why: 'whether the master’s endpoint gateway, iks-<cluster-id>, is there, ok and stable',
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['cloudRules'],
      why: 'whether its security group lets the workers in',
      command:
        'ibmcloud is endpoint-gateway iks-<cluster-id>; ibmcloud is security-group-rules kube-vpegw-<cluster-id>',
      cost: 4,
    }),
  ],
}
