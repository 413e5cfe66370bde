/**
 * What `ibmcloud` says of an account: the switches that join private VLANs, and the workers.
 *
 * @see https://cloud.ibm.com/docs/containers?topic=containers-kubernetes-service-cli (vlan spanning get, worker ls)
 */
import { z } from 'zod'
import type { SettingRow, WorkerRow } from '#cluster/relations.ts'
import { list, text } from '#sources/formats/lenient.ts'

/** `VRF Enabled: true` of `account show`, `VLAN spanning: disabled` of `vlan spanning get`, the private address of `cluster get`. */
export const parseAccountSwitches = (out: string): readonly SettingRow[] =>
  switches.flatMap(({ name, pattern }): readonly SettingRow[] => {
    const value = pattern.exec(out)?.groups?.value?.toLowerCase()
    return value === undefined ? [] : [{ of: 'cloud', name, value }]
  })

const switches: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: 'vrf', pattern: /^VRF Enabled:\s+(?<value>true|false)\s*$/im },
  { name: 'service-endpoint', pattern: /^Service Endpoint Enabled:\s+(?<value>true|false)\s*$/im },
  { name: 'private-service-endpoint-url', pattern: /^Private Service Endpoint URL:\s+(?<value>\S+)\s*$/im },
  { name: 'vlan-spanning', pattern: /^VLAN spanning:?\s+(?:is\s+)?(?<value>enabled|disabled)\b/im },
]

/** @see IBM-Cloud/bluemix-go:api/container/containerv2/worker.go (WorkerDetails) */
const workerShape = z.object({
  id: z.string(),
  location: text,
  poolName: text,
  health: z.object({ state: text, message: text }).optional().catch(undefined),
  lifecycle: z.object({ actualState: text }).optional().catch(undefined),
  kubeVersion: z.object({ actual: text }).optional().catch(undefined),
  networkInformation: z.object({ privateIP: text, privateVLAN: text }).optional().catch(undefined),
  networkInterfaces: list(z.object({ ipAddress: text, subnetID: text })),
})

/** `worker ls --output json`. undefined: it is something else. */
export function parseWorkers(out: unknown): readonly WorkerRow[] | undefined {
  const read = z.array(workerShape).safeParse(out)
  return read.success ? read.data.map(workerRow) : undefined
}

function workerRow(worker: z.infer<typeof workerShape>): WorkerRow {
  const { id, location, poolName, health, lifecycle, kubeVersion, networkInformation } = worker
  const [nic] = worker.networkInterfaces ?? []
  const actual = lifecycle?.actualState
  // A worker that was delivered is as its health says; one that is worked on, as far as the work is.
  const state = (actual === 'deployed' ? health?.state : actual) ?? health?.state ?? 'unknown'
  return {
    id,
    state,
    ...given({
      node: networkInformation?.privateIP ?? nic?.ipAddress,
      status: health?.message,
      pool: poolName,
      zone: location,
      vlan: networkInformation?.privateVLAN ?? nic?.subnetID,
      version: kubeVersion?.actual,
    }),
  }
}

const given = <K extends string>(
  values: Readonly<Record<K, string | undefined>>,
): { readonly [key in K]?: string } =>
  // Only those that are there: the type says that each may not be.
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== '')) as {
    readonly [key in K]?: string
  }
