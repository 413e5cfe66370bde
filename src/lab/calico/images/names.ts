import { type CalicoFlavour, calicoVersion } from '#lab/calico/version.ts'

/** `v3.29.3`, whether the `v` was written or not. */
const tag = (version: string = calicoVersion): string => (version.startsWith('v') ? version : `v${version}`)

export const stockNodeImageName = (version?: string): string => `docker.io/calico/node:${tag(version)}`

/** The platform team's rebuild: file capabilities in place of setuid bits. */
export const hardenedNodeImageName = (version?: string): string =>
  `registry.platform.internal/calico/node:${tag(version)}-hardened`

export const nodeImageName = (o: {
  readonly flavour: CalicoFlavour
  readonly version?: string | undefined
}): string => (o.flavour === 'hardened' ? hardenedNodeImageName(o.version) : stockNodeImageName(o.version))

export const cniImageName = (version?: string): string => `docker.io/calico/cni:${tag(version)}`

export const operatorImageName = (): string => 'quay.io/tigera/operator:v1.36.5'

export const typhaImageName = (version?: string): string => `docker.io/calico/typha:${tag(version)}`

export const kubeControllersImageName = (version?: string): string =>
  `docker.io/calico/kube-controllers:${tag(version)}`
