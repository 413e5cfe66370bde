import { nodeFault } from '#lab/node-fault.ts'

const minutes = 60_000
const file = '/etc/NetworkManager/conf.d/10-fleet.conf'

/**
 * The settings of a fleet of other machines come to a node of the cluster, and NetworkManager with them: it tries each interface for a
 * short time and for ever. Felix looks at its routes every 90 s and puts them back; the rest of the time they are away.
 *
 * With NetworkManager's own settings (45 s, four times, then five minutes of peace) pods come and go so quickly that hardly anybody
 * notices while it happens.
 */
export const fault = nodeFault({
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    fleet: {
      says: 'NetworkManager is enabled with settings of other machines (autoconnect-retries-default=0, ipv4.dhcp-timeout=15)',
      change: `printf '[main]\\nautoconnect-retries-default=0\\n\\n[connection]\\nipv4.dhcp-timeout=15\\n' > ${file}
systemctl enable --now NetworkManager`,
      undo: `systemctl disable --now NetworkManager\nrm ${file}`,
    },
  },
  // Until the back-off of containers whose probes fail is longer than what Felix mends.
  settleMs: 13 * minutes,
})
