import { bird, bird6, birdcl } from '#lab/calico/bird/programs.ts'
import { calicoctl } from '#lab/calico/calicoctl/calicoctl.ts'
import { installCni } from '#lab/calico/cni/install.ts'
import { calicoIpam } from '#lab/calico/cni/ipam-plugin.ts'
import { passResult } from '#lab/calico/cni/meta-plugins.ts'
import { cniPlugin } from '#lab/calico/cni/plugin.ts'
import { checkStatus, kubeControllers } from '#lab/calico/controllers/kube-controllers.ts'
import { calicoNode } from '#lab/calico/node/calico-node.ts'
import { runsv, runsvdir, sv } from '#lab/calico/node/runit.ts'
import { rcLocal, startRunit } from '#lab/calico/node/start-runit.ts'
import { tigeraOperator } from '#lab/calico/operator/operator.ts'
import { typha } from '#lab/calico/typha/typha.ts'
import type { Program } from '#lab/host/ports.ts'

export { calicoImages } from '#lab/calico/images/images.ts'
export { publishedReleases } from '#lab/calico/images/published.ts'
export { appliedDefinitions } from '#lab/calico/manifests/definitions.ts'
export { calicoHostFiles } from '#lab/calico/manifests/host-files.ts'
export { calicoManifests } from '#lab/calico/manifests/manifests.ts'
export { operatorInstallation, operatorManifests } from '#lab/calico/operator/install.ts'

/** Every executable of Calico's images, by the names that their trees use. */
export const calicoPrograms: Record<string, Program> = {
  bird,
  bird6,
  birdcl,
  'calico-node': calicoNode,
  calicoctl,
  'calico-mountns': async () => 0,
  'calico-start-runit': startRunit,
  'calico-rc-local': rcLocal,
  runsvdir,
  runsv,
  sv,
  'cni-calico': cniPlugin,
  'cni-calico-ipam': calicoIpam,
  'cni-pass-result': passResult,
  'cni-install': installCni,
  'calico-kube-controllers': kubeControllers,
  'calico-check-status': checkStatus,
  'calico-typha': typha,
  'tigera-operator': tigeraOperator,
}
