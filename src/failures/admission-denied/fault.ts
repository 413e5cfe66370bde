import { assert } from '#base/assert.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Fault, LabControl, Strike } from '#lab/fault.ts'
import { calicoNamespace, draftOf, removed, restartCalicoNode, taken, timeOf } from '#lab/owner-acts.ts'
import { type WebhookPlan, webhookBackend, webhookConfiguration } from '#lab/workload/webhook-manifests.ts'

const minutes = 60_000

/**
 * Admission that lets nothing of Calico's pass. Pods that run go on; the next that is to be made is refused, and
 * calico-node of a node is restarted then.
 */
export const fault: Fault = {
  flavours: ['plain', 'hardened', 'iks-classic', 'operator'],
  only: {
    'webhook-tunnel-down': ['iks-classic'],
    // The operator puts the label back, and its calico-node asks for no CPU.
    'pod-security': ['plain', 'hardened', 'iks-classic'],
    'limit-range': ['plain', 'hardened', 'iks-classic'],
    // Served from Kubernetes 1.30 on.
    'policy-denies': ['plain', 'hardened', 'operator'],
  },
  variants: {
    'webhook-denies': 'a policy engine’s webhook forbids privileged pods, Calico’s too',
    'webhook-unreachable':
      'a policy engine that is asked about every pod (failurePolicy Fail) was scaled to nothing',
    'webhook-deadlock':
      'the engine is bound to one node, which is built anew: calico-node waits for the webhook, the webhook’s pod for calico-node',
    'webhook-tunnel-down':
      'the provider’s master reaches the webhook through Konnectivity, whose agents somebody deleted',
    'policy-denies': 'a ValidatingAdmissionPolicy forbids pods on the host’s network, Calico’s too',
    'pod-security': 'the namespace’s pod security level is set to baseline',
    quota: 'a ResourceQuota allows the namespace fewer pods than it has',
    'limit-range': 'a LimitRange allows containers of the namespace less CPU than calico-node asks for',
  },
  change: (lab, strike) => changeOf(strike.variant).change(lab, strike),
  trigger: (lab, { node, variant }) =>
    variant === 'webhook-deadlock' ? rebuild(lab, node) : restartCalicoNode(lab, node),
  settleMs: () => 6 * minutes,
  undo: (lab, { variant }, memory) => changeOf(variant).undo(lab, memory),
  subjects: () => [clusterSubject],
}

interface Change {
  readonly change: (lab: LabControl, strike: Strike) => Promise<unknown>
  readonly undo: (lab: LabControl, memory: unknown) => Promise<void>
}

function changeOf(variant: string): Change {
  const found = changes[variant]
  assert(found !== undefined, `a variant of the fault, not ${variant}`)
  return found
}

const engine = 'policy-engine'
const configurations = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  resource: 'validatingwebhookconfigurations',
}
const agents = { type: resources.daemonSets, namespace: 'kube-system', name: 'konnectivity-agent' }
const policyType = (resource: string) => ({ ...configurations, resource })
const policies = policyType('validatingadmissionpolicies')
const bindings = policyType('validatingadmissionpolicybindings')
const deployment = { type: resources.deployments, namespace: engine, name: engine }

/** Installs the engine and waits until it runs, then has the API server ask it. */
async function install(lab: LabControl, own: Pick<WebhookPlan, 'args' | 'nodeName'> = {}): Promise<void> {
  const plan: WebhookPlan = {
    name: engine,
    webhook: 'pods.policy.example.com',
    kind: 'Validating',
    nowMs: await timeOf(lab),
    rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
    ...own,
  }
  for (const object of webhookBackend(plan)) await lab.kube.create(typeOf(object.kind), object)
  await lab.advance(minutes)
  await lab.kube.create(configurations, webhookConfiguration(plan))
}

const types: Readonly<Record<string, keyof typeof resources>> = {
  Namespace: 'namespaces',
  Secret: 'secrets',
  Service: 'services',
  Deployment: 'deployments',
}
const typeOf = (kind = '') => resources[types[kind] ?? 'pods']

/** A machine that joins anew: nothing of Calico is on its disk, and it is another Node to the cluster. */
async function rebuild(lab: LabControl, node: string): Promise<void> {
  await lab.exec(
    node,
    'systemctl stop kubelet; rm -rf /etc/cni/net.d/* /opt/cni/bin/calico* /var/lib/calico/*',
  )
  await lab.kube.delete({ type: resources.nodes, name: node })
  await lab.advance(3 * minutes) // pods of a node that is gone are let go of
  await lab.reboot(node)
}

async function uninstall(lab: LabControl): Promise<void> {
  await removed(lab, { type: configurations, name: engine })
  await removed(lab, { type: resources.namespaces, name: engine })
}

const changes: Readonly<Record<string, Change>> = {
  'webhook-denies': {
    change: async (lab) => {
      const namespaces = `--namespaces=${await calicoNamespace(lab)}`
      const message = '--message=privileged containers are not allowed'
      await install(lab, { args: ['--answer=deny', namespaces, message] })
    },
    undo: uninstall,
  },
  'webhook-unreachable': {
    change: async (lab) => {
      await install(lab)
      await lab.kube.patch(deployment, { type: 'merge', body: { spec: { replicas: 0 } } })
      await lab.advance(minutes)
    },
    undo: uninstall,
  },
  'webhook-deadlock': {
    change: (lab, { node }) => install(lab, { nodeName: node }),
    undo: uninstall,
  },
  'webhook-tunnel-down': {
    change: async (lab) => {
      await install(lab)
      const memory = await taken(lab, agents)
      await lab.advance(minutes) // while one of them ends it may still carry the call
      return memory
    },
    undo: async (lab, memory) => {
      await lab.kube.create(resources.daemonSets, draftOf(memory as KubeObject)) // what `change` answered
      await uninstall(lab)
    },
  },
  'policy-denies': {
    change: async (lab) => {
      const apiVersion = 'admissionregistration.k8s.io/v1'
      const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }
      await lab.kube.create(policies, {
        apiVersion,
        kind: 'ValidatingAdmissionPolicy',
        metadata: hostNetwork,
        ...{
          spec: {
            matchConstraints: { resourceRules: [rule] },
            validations: [
              {
                expression: '!has(object.spec.hostNetwork) || !object.spec.hostNetwork',
                message: 'pods on the host network are not allowed',
              },
            ],
          },
        },
      })
      await lab.kube.create(bindings, {
        apiVersion,
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: hostNetwork,
        ...{ spec: { policyName: hostNetwork.name, validationActions: ['Deny'] } },
      })
    },
    undo: async (lab) => {
      await removed(lab, { type: bindings, ...hostNetwork })
      await removed(lab, { type: policies, ...hostNetwork })
    },
  },
  'pod-security': {
    change: (lab) => enforce(lab, 'baseline'),
    undo: (lab) => enforce(lab, null),
  },
  quota: {
    change: async (lab) => {
      const metadata = { ...quota, namespace: await calicoNamespace(lab) }
      await lab.kube.create(resources.resourceQuotas, {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata,
        ...{ spec: { hard: { pods: '5' } } },
      })
      await lab.advance(10_000) // the quota controller counts what there is
    },
    undo: async (lab) =>
      removed(lab, { type: resources.resourceQuotas, namespace: await calicoNamespace(lab), ...quota }),
  },
  'limit-range': {
    change: async (lab) =>
      lab.kube.create(resources.limitRanges, {
        apiVersion: 'v1',
        kind: 'LimitRange',
        metadata: { ...limits, namespace: await calicoNamespace(lab) },
        ...{ spec: { limits: [{ type: 'Container', max: { cpu: '200m' } }] } },
      }),
    undo: async (lab) =>
      removed(lab, { type: resources.limitRanges, namespace: await calicoNamespace(lab), ...limits }),
  },
}

const hostNetwork = { name: 'no-host-network.policy.example.com' }
const quota = { name: 'pods-of-each-team' }
const limits = { name: 'small-containers' }

const enforce = async (lab: LabControl, level: string | null): Promise<void> =>
  lab.kube.patch(
    { type: resources.namespaces, name: await calicoNamespace(lab) },
    { type: 'merge', body: { metadata: { labels: { 'pod-security.kubernetes.io/enforce': level } } } },
  )
