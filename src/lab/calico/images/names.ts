import { releaseOf } from '#lab/calico/release.ts'
import type { CalicoFlavour } from '#lab/calico/version.ts'

const stock = (name: string, version = ''): string => {
  const release = releaseOf(version)
  return `${release.imageRegistry}/calico/${name}:${release.name}`
}

export const stockNodeImageName = (version?: string): string => stock('node', version)

/** The platform team's rebuild: file capabilities in place of setuid bits. */
export const hardenedNodeImageName = (version = ''): string =>
  `registry.platform.internal/calico/node:${releaseOf(version).name}-hardened`

export const nodeImageName = (o: {
  readonly flavour: CalicoFlavour
  readonly version?: string | undefined
}): string => (o.flavour === 'hardened' ? hardenedNodeImageName(o.version) : stockNodeImageName(o.version))

export const cniImageName = (version?: string): string => stock('cni', version)

export const typhaImageName = (version?: string): string => stock('typha', version)

export const kubeControllersImageName = (version?: string): string => stock('kube-controllers', version)

/**
 * The operator's patch release for each of Calico's, by Calico's minor release: as manifests/tigera-operator.yaml of Calico's tags
 * names it.
 */
const operators: Readonly<Record<number, readonly [minor: number, patches: readonly number[]]>> = {
  24: [28, [0, 1, 1, 3, 4, 5, 5]],
  25: [29, [0, 3, 6]],
  26: [30, [0, 4, 6, 7, 9, 11]],
  27: [32, [3, 4, 5, 7, 10, 12]],
  28: [34, [0, 3, 5, 8, 10, 13]],
  29: [36, [0, 2, 5, 7, 9, 12, 14, 16]],
  30: [38, [0, 1, 3, 6, 7, 9, 11, 13]],
  31: [40, [0, 1, 2, 3, 7, 8, 13, 15]],
  32: [42, [0, 3]],
}

/** Every release that there is an operator for, the oldest first: `3.24.0`. */
export const knownReleases: readonly string[] = Object.entries(operators).flatMap(([minor, [, patches]]) =>
  patches.map((_, patch) => `3.${minor}.${patch}`),
)

/** The tigera-operator that installs this Calico. */
export function operatorImageName(version = ''): string {
  const { name, minor } = releaseOf(version)
  const [operatorMinor, patches] = operators[minor] ?? [42, [3]]
  const patch = patches[Number(name.split('.')[2])] ?? patches.at(-1)
  return `quay.io/tigera/operator:v1.${operatorMinor}.${patch}`
}
