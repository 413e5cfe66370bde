/** Felix, of the Go generations (`felix/…`, older without a component) and of the Python era (`calico.felix.…`). */
import { from } from '#cluster/messages/entries.ts'
import { logged } from '#cluster/messages/sentences.ts'

export const felixEntries = [
  ...from('projectcalico/calico:felix/daemon/daemon.go', {
    'felix/starting': ['felix starting up', /Felix starting up/, 'Felix starts'],
    'felix/waiting-for-datastore': [
      'waiting for datastore to be initialized',
      /Waiting for datastore to be initialized \(or migrated\)/,
      'ClusterInformation is missing or says that the datastore is not ready; Felix answers “ready” meanwhile',
    ],
    'felix/datastore-client-failed': [
      'failed to create datastore client',
      logged(/Failed to create datastore client/),
      'Felix cannot make its datastore client and tries again',
    ],
    'felix/config-unreadable': [
      'failed to get config from datastore',
      logged(/Failed to get config from datastore/),
      'Felix cannot read its configuration and tries again every second',
    ],
    'felix/config-invalid': [
      'failed to parse/validate configuration from datastore',
      logged(/Failed to parse\/validate configuration from datastore/),
      'a FelixConfiguration holds a value that Felix refuses; it never gets ready',
    ],
    'felix/pools-unreadable': [
      'failed to list ip pools',
      logged(/Failed to list IP Pools/i),
      'Felix cannot read the IP pools',
    ],
    'felix/datastore-reconnect': [
      'connect to datastore',
      logged(/Failed to \(re\)connect to datastore/),
      'Felix lost the datastore and tries again',
    ],
    'felix/typha-gave-up': [
      'failed to connect to typha, giving up after timeout',
      /Failed to connect to Typha, giving up after timeout/,
      'Felix reached no Typha for 30 s and ends',
    ],
    'felix/typha-connect-failed': [
      'failed to connect to typha',
      /Failed to connect to Typha\.?(?: .*?error=(?<error>.+))/,
      'Felix cannot reach this Typha',
    ],
    'felix/encapsulation-changed': [
      'encapsulation changed, need to restart',
      /encapsulation changed, need to restart/,
      'a pool’s encapsulation was changed; Felix restarts once',
    ],
    'felix/shutting-down': [
      'felix is shutting down',
      /Felix is shutting down(?:.*?reason="(?<reason>[^"]+)")?/,
      'Felix ends by itself; its reason says why',
    ],
    'felix/fatal': [
      'shutting down due to fatal error',
      /Shutting down due to fatal error/,
      'a part of Felix failed for good',
    ],
    'felix/restarting-connections': [
      'restarting to avoid leaking datastore connections',
      /Restarting to avoid leaking datastore connections/,
      'Felix could not read its configuration for minutes',
    ],
    'felix/in-sync': ['datastore now in sync', /Datastore now in sync/, 'Felix knows everything'],
    'felix/first-update-done': [
      'completed first update to dataplane',
      /Completed first update to dataplane/,
      'Felix has programmed the node',
    ],
    'felix/logrus-panic': [
      'panic: (*logrus.entry)',
      /panic: \(\*logrus\.Entry\)/,
      'a program of calico-node ended with a panic; the PANIC line says why',
    ],
  }),
  ...from('projectcalico/calico:libcalico-go/lib/health/health.go', {
    'felix/health-changed': [
      'overall health status changed',
      /Overall health status changed: live=(?<live>\w+) ready=(?<ready>\w+)/,
      'Felix’s health changed',
    ],
    'felix/reporter-bad': [
      'reporter is not ',
      /Reporter is not (?<what>live|ready)(?:: (?<detail>.*?))?\.?(?: name="?(?<name>[\w.-]+)"?|$)/,
      'a part of Felix is not well',
    ],
  }),
  ...from('projectcalico/calico:libcalico-go/lib/backend/watchersyncer/watchercache.go', {
    'datastore/crd-missing': [
      'backing api not installed, marking as in-sync',
      /Backing API not installed, marking as in-sync and retrying later/,
      'a CRD of Calico is missing; its resources count as none',
    ],
    'datastore/list-failed': [
      'failed to perform list of current data during resync',
      logged(/Failed to perform list of current data during resync(?:.*?ListRoot="(?<resource>[^"]+)")?/),
      'a list of resources cannot be read',
    ],
    'datastore/connection-failed': [
      'connection to datastore has failed - signaling error',
      /Connection to datastore has failed - signaling error to client/,
      'no datastore for ten minutes',
    ],
  }),
  ...from('projectcalico/calico:felix/iptables/table.go', {
    'felix/iptables-restore-failed': [
      'tables-restore command',
      logged(/Failed to execute ip\(6\)tables-restore command/, {
        errorOutput: 'errorOutput',
        table: 'table',
        ipVersion: 'ipVersion',
      }),
      'iptables-restore refused Felix’s rules; its own words say why',
    ],
    'felix/iptables-retry': [
      'failed to program iptables, will retry',
      logged(/Failed to program iptables, will retry/, { table: 'table', ipVersion: 'ipVersion' }),
      'Felix’s rules were refused; it tries again',
    ],
    'felix/iptables-gave-up': [
      'failed to program iptables, giving up after retries',
      logged(/Failed to program iptables, giving up after retries/, {
        table: 'table',
        ipVersion: 'ipVersion',
      }),
      'Felix cannot program iptables and crashes',
    ],
    'felix/iptables-incompatible-nft': [
      'iptables-save failed because there are incompatible nft rules',
      /iptables-save failed because there are incompatible nft rules in the table/,
      'rules of the other back-end are in the way',
    ],
    'felix/iptables-save-failed': [
      'save command failed',
      logged(/ip6?tables(?:-legacy|-nft)?-save command failed(?<last> after retries)?/, {
        stderr: 'errorOutput',
        table: 'table',
        ipVersion: 'ipVersion',
      }),
      'Felix cannot read the rules that are there',
    ],
    'felix/chain-out-of-sync': [
      'detected out-of-sync ',
      logged(/Detected out-of-sync (?:Calico chain|inserts), marking for resync/, {
        chainName: 'chain',
        table: 'table',
        ipVersion: 'ipVersion',
      }),
      'somebody else edits Calico’s chains',
    ],
  }),
  ...from('projectcalico/calico:felix/nftables/table.go', {
    'felix/nftables-failed': [
      'failed to program nftables',
      logged(
        /Failed to program nftables, (?<what>will retry|giving up after retries|loading diags before panic)/,
        { table: 'table', ipVersion: 'ipVersion' },
      ),
      'Felix cannot program nftables',
    ],
  }),
  ...from('projectcalico/calico:felix/ipsets/ipsets.go', {
    'felix/ipset-list-failed': [
      "bad return code from 'ipset list",
      logged(/Bad return code from 'ipset list(?: (?<set>[^']+))?'/, {
        stderr: 'errorOutput',
        family: 'family',
      }),
      'ipset cannot list what the kernel holds',
    ],
    'felix/ipset-resync-failed': [
      'failed to resync with dataplane',
      logged(/Failed to resync with dataplane/, { family: 'family' }),
      'Felix cannot read the IP sets',
    ],
    'felix/ipset-gave-up': [
      'failed to update ip sets after multiple retries',
      logged(/Failed to update IP sets after multiple retries/, { family: 'family' }),
      'Felix cannot write its IP sets and crashes',
    ],
    'felix/ipset-restore-failed': [
      'failed to complete ipset restore',
      logged(/Failed to complete ipset restore/, { stderr: 'errorOutput', family: 'family' }),
      'the kernel refused Felix’s IP sets',
    ],
  }),
  ...from('projectcalico/calico:felix/dataplane/linux/vxlan_mgr.go', {
    'felix/vxlan-device-exists': [
      'failed to create vxlan device',
      /Failed to create VXLAN device\. Another device with this VNI may already exist/,
      'another overlay’s VXLAN device is in the way',
    ],
    'felix/vxlan-device-recreated': [
      'exists with incompatible configuration',
      /"(?<device>[\w.-]+)" exists with incompatible configuration: (?<error>[^;]+); recreating device/,
      'the tunnel device had other settings',
    ],
    'felix/parent-device-missing': [
      'unable to find parent interface with address',
      logged(/unable to find parent interface with address (?<address>[\da-fA-F.:]+)/i, {
        ipVersion: 'ipVersion',
      }),
      'the node’s registered address is on none of its interfaces',
    ],
  }),
  ...from('projectcalico/calico:felix/dataplane/linux/int_dataplane.go', {
    'felix/mtu-undetected': [
      'failed to auto-detect host mtu',
      /Failed to auto-detect host MTU - no interfaces matched the MTU interface pattern/,
      'the pods’ MTU falls back to 1460',
    ],
    'felix/mtu-too-large': [
      'configured mtu is larger than detected host interface mtu',
      logged(/Configured MTU is larger than detected host interface MTU/, {
        configuredMTU: 'value',
        detectedMTU: 'detected',
        mtu: 'value',
        hostMTU: 'detected',
      }),
      'pods are given a larger MTU than their host can carry',
    ],
    'felix/mtu-file-unwritable': [
      'failed to write mtu file',
      logged(/Failed to write MTU file/),
      'Felix may not write the pods’ MTU to the host',
    ],
    'felix/rpf-loose': [
      "rpf check is set to 'loose'",
      /Kernel's RPF check is set to 'loose'/,
      'the host’s reverse path filter is loose; this Felix refuses to run with it',
    ],
    'felix/bpf-unsupported': [
      'bpf dataplane mode enabled but not supported by the kernel',
      /BPF dataplane mode enabled but not supported by the kernel/,
      'the kernel is too old for eBPF; Felix falls back to iptables',
    ],
    'felix/mark-bits-missing': [
      'not enough mark bits available',
      /Not enough mark bits available/,
      'the mark mask leaves Felix too few bits',
    ],
  }),
  ...from('projectcalico/calico:felix/dataplane/linux/endpoint_mgr.go', {
    'felix/interface-config-failed': [
      'failed to configure interface, will retry',
      logged(/Failed to configure interface, will retry/, { ifaceName: 'interface' }),
      'Felix may not set a sysctl of a pod’s interface, or it is gone',
    ],
  }),
  ...from('projectcalico/calico:felix/dataplane/linux/ipip_mgr.go', {
    'felix/tunnel-device-failed': [
      'tunnel device',
      logged(/Failed (?:to )?(?<what>add|configure|get)(?: IPIP)? tunnel device(?:, retrying\.\.\.)?/),
      'the tunnel device cannot be made or set up',
    ],
  }),
  ...from('projectcalico/calico:felix/wireguard/wireguard.go', {
    'felix/wireguard-unsupported': [
      'wireguard is not supported',
      logged(/Wireguard is not supported/i),
      'the kernel has no WireGuard',
    ],
  }),
]
