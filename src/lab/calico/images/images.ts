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
import type { CalicoFlavour } from '#lab/calico/version.ts'
import type { Tree, TreeEntry } from '#lab/host/ports.ts'
import type { Image } from '#lab/runtime/ports.ts'

/** What a registry holds of Calico. The stock images are always there; the rebuilt one only where a team has built it. */
export function calicoImages(o: {
  readonly flavour: CalicoFlavour
  readonly version?: string
}): readonly Image[] {
  const stock: readonly Image[] = [
    node(stockNodeImageName(o.version), nodeTree('stock')),
    cni(o.version),
    kubeControllers(o.version),
    typha(o.version),
    operator(),
  ]
  return o.flavour === 'hardened'
    ? [...stock, node(hardenedNodeImageName(o.version), nodeTree('hardened'))]
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

const binary = (path: string, program: string): TreeEntry => ({ path, kind: 'file', mode: 0o755, program })

const cni = (version: string | undefined): Image => ({
  name: cniImageName(version),
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
})

/** Runs as user 999, like every image of Calico's that needs no rights. */
const typha = (version: string | undefined): Image => ({
  name: typhaImageName(version),
  sizeBytes: 31_291_210,
  tree: [binary('/code/calico-typha', 'calico-typha')],
  entrypoint: ['/code/calico-typha'],
  user: { uid: 999, gid: 0 },
})

const operator = (): Image => ({
  name: operatorImageName(),
  sizeBytes: 21_758_492,
  tree: [binary('/usr/local/bin/operator', 'tigera-operator')],
  entrypoint: [],
  command: ['operator'],
  env: { PATH: '/usr/local/bin' },
  user: { uid: 10001, gid: 10001 },
})

/** Runs as nobody's user 999, so that the pod's runAsNonRoot is satisfied. */
const kubeControllers = (version: string | undefined): Image => ({
  name: kubeControllersImageName(version),
  sizeBytes: 37_090_472,
  tree: [
    ...tools(),
    binary('/usr/bin/kube-controllers', 'calico-kube-controllers'),
    binary('/usr/bin/check-status', 'calico-check-status'),
    { path: '/status', kind: 'directory', mode: 0o777 },
    { path: '/status/status.json', kind: 'file', mode: 0o666, text: '' },
  ],
  entrypoint: ['/usr/bin/kube-controllers'],
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  user: { uid: 999, gid: 0 },
})
