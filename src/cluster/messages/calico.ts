/** Every further text of Calico’s own programs: what the first files of each program do not hold. */
import { bgpErrorEntries } from '#cluster/messages/bgp-errors.ts'
import { birdMoreEntries } from '#cluster/messages/bird-more.ts'
import { calicoApiserverEntries } from '#cluster/messages/calico-apiserver.ts'
import { calicoctlEntries } from '#cluster/messages/calicoctl.ts'
import { cniPluginEntries } from '#cluster/messages/cni-plugin.ts'
import { confdMoreEntries } from '#cluster/messages/confd-more.ts'
import { felixBpfEntries } from '#cluster/messages/felix-bpf.ts'
import { felixConfigEntries } from '#cluster/messages/felix-config.ts'
import { felixPythonEntries } from '#cluster/messages/felix-python.ts'
import { felixRouteEntries } from '#cluster/messages/felix-routes.ts'
import { felixTableEntries } from '#cluster/messages/felix-tables.ts'
import { installCniEntries } from '#cluster/messages/install-cni.ts'
import { ipamEntries } from '#cluster/messages/ipam.ts'
import { kubeControllersEntries } from '#cluster/messages/kube-controllers.ts'
import { libcalicoEntries } from '#cluster/messages/libcalico.ts'
import { nodeNameEntries } from '#cluster/messages/node-name.ts'
import { operatorEntries } from '#cluster/messages/operator.ts'
import { tunnelEntries } from '#cluster/messages/tunnel.ts'
import { typhaMoreEntries } from '#cluster/messages/typha-more.ts'
import { windowsEntries } from '#cluster/messages/windows.ts'

/** After the programs’ first files, whose ids come first where both know a text. */
export const calicoEntries = [
  ...nodeNameEntries,
  ...tunnelEntries,
  ...felixConfigEntries,
  ...felixPythonEntries,
  ...felixRouteEntries,
  ...felixTableEntries,
  ...felixBpfEntries,
  ...ipamEntries,
  ...installCniEntries,
  ...cniPluginEntries,
  ...kubeControllersEntries,
  ...operatorEntries,
  ...calicoApiserverEntries,
  ...calicoctlEntries,
  ...windowsEntries,
  ...birdMoreEntries,
  ...confdMoreEntries,
  ...typhaMoreEntries,
]

/** Texts that other messages quote or share: tried after every program’s own. */
export const calicoCommonEntries = [...bgpErrorEntries, ...libcalicoEntries]
