import type { FelixConfig } from '#lab/calico/felix/config.ts'
import type { Log } from '#lab/calico/log.ts'
import type { Process } from '#lab/host/ports.ts'
import type { Tables } from '#lab/network/rule.ts'

/** On hosts of today kubelet leaves its hint chain in the new back-end. */
const detected = 'nft'

/**
 * The tables that Felix writes to (projectcalico/calico:felix/environment/feature_detect_linux.go, DetectBackend). What a Felix of
 * before has left in the other back-end stays there, and acts.
 *
 * Not imitated: kubelet's hint chains (`KUBE-IPTABLES-HINT`) and the count of rules where there are none: `auto` finds nft.
 */
export function backendTables(
  { net }: Pick<Process, 'net'>,
  log: Log,
  { iptablesBackend: specified }: Pick<FelixConfig, 'iptablesBackend'>,
): Tables {
  if (specified === 'auto' || specified === detected) return net
  log.warn(
    'feature_detect_linux.go 321',
    'Iptables backend specified does not match the detected backend, using specified backend',
    { detectedBackend: detected, specifiedBackend: specified },
  )
  return net.legacy
}
