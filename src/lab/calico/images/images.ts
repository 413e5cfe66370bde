import {
  cniImageName,
  hardenedNodeImageName,
  kubeControllersImageName,
  operatorImageName,
  stockNodeImageName,
  typhaImageName,
} from '#lab/calico/images/names.ts'
import { nodeTree } from '#lab/calico/images/node-image.ts'
import { tools } from '#lab/calico/images/tools.ts'
import { type Release, releaseOf } from '#lab/calico/release.ts'
import type { CalicoFlavour } from '#lab/calico/version.ts'
import type { Tree, TreeEntry } from '#lab/host/ports.ts'
import type { Image } from '#lab/runtime/ports.ts'

/** What a registry holds of Calico. The stock images are always there; the rebuilt one only where a team has built it. */
export function calicoImages(o: {
  readonly flavour: CalicoFlavour
  readonly version?: string
}): readonly Image[] {
  const release = releaseOf(o.version ?? '')
  const stock: readonly Image[] = [
    node(stockNodeImageName(o.version), nodeTree('stock', release)),
    cni(release),
    kubeControllers(release),
    typha(release),
    operator(release),
  ]
  return o.flavour === 'hardened'
    ? [...stock, node(hardenedNodeImageName(o.version), nodeTree('hardened', release))]
    : stock
}

const node = (name: string, tree: Tree): Image => ({
  name,
  sizeBytes: 142_829_584,
  tree,
  entrypoint: ['start_runit'],
  env: {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    SVDIR: '/etc/service/enabled',
  },
})

/** Every program of an image was built as its release. */
const binaryOf =
  ({ name }: Release) =>
  (path: string, program: string): TreeEntry => ({ path, kind: 'file', mode: 0o755, program, version: name })

function cni(release: Release): Image {
  const binary = binaryOf(release)
  return {
    name: cniImageName(release.name),
    sizeBytes: 99_275_488,
    tree: [
      binary('/opt/cni/bin/calico', 'cni-calico'),
      binary('/opt/cni/bin/calico-ipam', 'cni-calico-ipam'),
      ...['bandwidth', 'portmap', 'tuning'].map((name) => binary(`/opt/cni/bin/${name}`, 'cni-pass-result')),
      binary('/opt/cni/bin/install', 'cni-install'),
    ],
    entrypoint: [],
    command: ['/opt/cni/bin/install'],
    env: { PATH: '/opt/cni/bin' },
  }
}

/** Runs as user 999, like every image of Calico's that needs no rights. */
const typha = (release: Release): Image => ({
  name: typhaImageName(release.name),
  sizeBytes: 31_291_210,
  tree: [binaryOf(release)('/code/calico-typha', 'calico-typha')],
  entrypoint: ['/code/calico-typha'],
  user: { uid: 999, gid: 0 },
})

/** Which Calico an operator installs is built into it. */
const operator = (release: Release): Image => ({
  name: operatorImageName(release.name),
  sizeBytes: 21_758_492,
  tree: [binaryOf(release)('/usr/local/bin/operator', 'tigera-operator')],
  entrypoint: [],
  command: ['operator'],
  env: { PATH: '/usr/local/bin' },
  user: { uid: 10001, gid: 10001 },
})

/** Runs as nobody's user 999, so that the pod's runAsNonRoot is satisfied. */
const kubeControllers = (release: Release): Image => ({
  name: kubeControllersImageName(release.name),
  sizeBytes: 37_090_472,
  tree: [
    ...tools(),
    binaryOf(release)('/usr/bin/kube-controllers', 'calico-kube-controllers'),
    binaryOf(release)('/usr/bin/check-status', 'calico-check-status'),
    { path: '/status', kind: 'directory', mode: 0o777 },
    { path: '/status/status.json', kind: 'file', mode: 0o666, text: '' },
  ],
  entrypoint: ['/usr/bin/kube-controllers'],
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  user: { uid: 999, gid: 0 },
})
