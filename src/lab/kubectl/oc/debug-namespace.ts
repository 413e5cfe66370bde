/** Where a node's debug pod is put: openshift/oc:pkg/cli/debug/debug.go (getNamespace). */
import { asObject } from '#lab/api/json.ts'
import { itemsOf, metadataOf, nameOf } from '#lab/kubectl/client.ts'
import type { Run } from '#lab/kubectl/run.ts'
import { KubectlError, StatusError } from '#lab/kubectl/trouble.ts'

export interface Place {
  readonly namespace: string
  /** Removes what was made for it. */
  cleanUp(): Promise<void>
}

const level = (mode: string): string => `pod-security.kubernetes.io/${mode}`

/** The namespace that was named; the current one if it lets privileged pods in; otherwise one for this time only. */
export async function debugNamespace(run: Run): Promise<Place> {
  const { flags, client } = run
  const named = flags.text('to-namespace') ?? (flags.has('namespace') ? run.namespace : undefined)
  if (named !== undefined) return { namespace: named, cleanUp: async () => {} }
  const current = await client.json(`/api/v1/namespaces/${run.namespace}`)
  if (asObject(metadataOf(current)['labels'])[level('enforce')] === 'privileged')
    return { namespace: run.namespace, cleanUp: async () => {} }
  const namespace = await temporary(run)
  if (!flags.on('quiet')) run.complain(`Temporary namespace ${namespace} is created for debugging node...`)
  await untilPodsCan(run, namespace)
  return { namespace, cleanUp: () => removed(run, namespace) }
}

async function temporary({ client }: Run): Promise<string> {
  const body = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      generateName: 'openshift-debug-',
      labels: {
        [level('enforce')]: 'privileged',
        [level('audit')]: 'privileged',
        [level('warn')]: 'privileged',
        'security.openshift.io/scc.podSecurityLabelSync': 'false',
      },
      annotations: { 'oc.openshift.io/command': 'oc debug', 'openshift.io/node-selector': '' },
    },
  }
  try {
    return nameOf(await client.json('/api/v1/namespaces', { method: 'POST', body: JSON.stringify(body) }))
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    throw new KubectlError(`unable to get namespace unable to create temporary namespace : ${error.message}`)
  }
}

/**
 * A pod needs the account that a controller is about to make. A real API server waits for it while it admits the pod, ten times
 * up to 200 ms (plugin/pkg/admission/serviceaccount/admission.go, getServiceAccount); the lab's refuses at once.
 */
async function untilPodsCan({ client, ports }: Run, namespace: string): Promise<void> {
  for (let attempt = 1; attempt < 10; attempt++) {
    const list = await client.json(`/api/v1/namespaces/${namespace}/serviceaccounts`)
    if (itemsOf(list).length > 0) return
    await ports.sleep(150)
  }
}

async function removed({ client, flags, complain }: Run, namespace: string): Promise<void> {
  if (flags.on('preserve-pod')) return
  try {
    await client.json(`/api/v1/namespaces/${namespace}`, { method: 'DELETE' })
    if (!flags.on('quiet')) complain(`Temporary namespace ${namespace} was removed.`)
  } catch (error) {
    // Told only with -v=2.
    if (!(error instanceof StatusError)) throw error
  }
}
