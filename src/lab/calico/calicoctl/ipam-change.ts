import type { KubeObject } from '#lab/api/objects.ts'
import { isKubeError, type Kube, resources } from '#lab/api/ports.ts'
import { Refusal } from '#lab/calico/calicoctl/refusal.ts'
import { Ipam } from '#lab/calico/ipam/ipam.ts'
import type { IpamConfigSpec } from '#lab/calico/ipam/rules.ts'
import type { Process } from '#lab/host/ports.ts'
import { isIpv4 } from '#lab/network/address.ts'

/**
 * `calicoctl ipam release --ip=A` (projectcalico/calico:calicoctl/calicoctl/commands/ipam/release.go). Not imitated: `--from-report`.
 */
export async function ipamRelease(p: Process, kube: Kube, words: readonly string[]): Promise<number> {
  const address = optionValue(words, '--ip')
  if (address === undefined) return 0
  if (!isIpv4(address)) throw new Refusal(`Error executing command: invalid IP address specified: ${address}`)
  if (!(await new Ipam(kube).releaseAddress(address)))
    throw new Refusal(`IP address ${address} is not assigned`)
  p.stdout.write(`Successfully released IP address ${address}\n`)
  return 0
}

/** `calicoctl ipam configure` (projectcalico/calico:calicoctl/calicoctl/commands/ipam/configure.go). */
export async function ipamConfigure(p: Process, kube: Kube, words: readonly string[]): Promise<number> {
  const [strict, most] = [optionValue(words, '--strictaffinity'), optionValue(words, '--max-blocks-per-host')]
  if (strict === undefined && most === undefined)
    throw new Refusal('at least one configuration option must be specified')
  if (strict !== undefined && !/^(true|false|1|0|t|f)$/i.test(strict))
    throw new Refusal('invalid value. Use true or false to set strictaffinity')
  if (most !== undefined && !/^\d+$/.test(most))
    throw new Refusal('invalid value for maxblockhost. Use a valid number')
  const isStrict = strict === undefined ? undefined : /^(true|1|t)$/i.test(strict)
  await setConfig(kube, {
    ...(isStrict === undefined ? {} : { strictAffinity: isStrict }),
    ...(most === undefined ? {} : { maxBlocksPerHost: Number(most) }),
  })
  if (isStrict !== undefined) p.stdout.write(`Successfully set StrictAffinity to: ${isStrict}\n`)
  if (most !== undefined) p.stdout.write(`Successfully set MaxBlocksPerHost to: ${Number(most)}\n`)
  return 0
}

async function setConfig(kube: Kube, changes: IpamConfigSpec): Promise<void> {
  try {
    await kube.patch(
      { type: resources.ipamConfigs, name: 'default' },
      { type: 'merge', body: { spec: changes } },
    )
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error
    const spec = { strictAffinity: false, autoAllocateBlocks: true, ...changes }
    const config = {
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'IPAMConfig',
      metadata: { name: 'default' },
      spec,
    }
    await kube.create<KubeObject>(resources.ipamConfigs, config)
  }
}

/** `--ip=A` and `--ip A`. */
export function optionValue(words: readonly string[], name: string): string | undefined {
  const at = words.findIndex((word) => word === name || word.startsWith(`${name}=`))
  return at < 0 ? undefined : (words[at]?.split('=')[1] ?? words[at + 1])
}
