/** Felix’s iptables, nftables and IP sets: what is not in `felix.ts`; inner texts of the tools stay in `error…`. */
import { from } from '#cluster/messages/entries.ts'
import { logged } from '#cluster/messages/sentences.ts'

const table = { table: 'table', ipVersion: 'ipVersion' }

const set = { family: 'family', setName: 'set', setID: 'set', stderr: 'errorOutput' }

export const felixTableEntries = [
  ...from('projectcalico/calico:felix/iptables/table.go', {
    'felix/iptables-diagnostics': [
      'failed to program iptables, loading diags before panic',
      logged(/Failed to program iptables, loading diags before panic/, table),
      'Felix cannot program iptables and crashes next',
    ],
    'felix/iptables-recovered': [
      'succeeded after retry',
      logged(/Succeeded after retry/, table),
      'Felix’s rules were accepted in the end',
    ],
    'felix/iptables-retry-error': [
      'retrying...',
      logged(/^Retrying\.\.\.(?= error=)/, table),
      'Felix’s rules were refused; the error says how',
    ],
    'felix/foreign-chain': [
      "found chain that doesn't belong to us",
      logged(/Found chain that doesn't belong to us, marking for cleanup/, { ...table, chainName: 'chain' }),
      'a chain of an earlier Calico is left',
    ],
    'felix/early-rules-failed': [
      'failed inserting some early rules to filter ',
      logged(/Failed inserting some early rules to filter (?<chain>\w+)/),
      'Felix’s first rules are late; some flows may break for a moment',
    ],
    'felix/iptables-write-failed': [
      'ing out buffer: ',
      logged(/writt?ing out buffer: (?<error3>.+?)(?= [A-Za-z_][\w.]{0,40}=|$)/),
      'iptables-restore ended before it had read Felix’s rules',
    ],
    'felix/chains-read-failed': [
      'failed to load iptables state',
      logged(/Failed to load iptables state/, table),
      'Felix cannot read the rules that are there',
    ],
  }),
  ...from('projectcalico/calico:felix/environment/feature_detect_linux.go', {
    'felix/iptables-backend-differs': [
      'does not match the detected backend',
      logged(/Iptables backend specified does not match the detected backend, using specified backend/i, {
        detectedBackend: 'detected',
        specifiedBackend: 'value',
      }),
      'Felix is told to use another iptables back-end than the host’s',
    ],
    'felix/iptables-command-missing': [
      'failed to find iptables command',
      logged(/Failed to find iptables command/, { command: 'command', ipVersion: 'ipVersion' }),
      'the image has no iptables of this kind; Felix crashes',
    ],
    'felix/iptables-version-unknown': [
      'failed to get iptables version',
      logged(/Failed to get iptables version, assuming old version/),
      'iptables does not tell its version',
    ],
    'felix/iptables-backend-mode': [
      'looked up iptables command',
      logged(/Looked up iptables command/, {
        backendMode: 'backend',
        command: 'command',
      }),
      'the iptables back-end that Felix uses',
    ],
  }),
  ...from('projectcalico/calico:felix/nftables/table.go', {
    'felix/nft-transaction-failed': [
      ' nft transaction',
      logged(/Failed to run (?:InsertRulesNow )?nft transaction/, { stderr: 'errorOutput', ...table }),
      'nft refused Felix’s rules',
    ],
    'felix/nft-command-failed': [
      'nftables command failed',
      logged(/nftables command failed(?<last> after retries)?/, { stderr: 'errorOutput' }),
      'nft cannot be used',
    ],
    'felix/nft-table-recreated': [
      'recreating table due to prior nftables programming error',
      /Recreating table due to prior nftables programming error/,
      'Felix starts its nftables table anew',
    ],
    'felix/nft-list-failed': [
      'failed to list nftables objects',
      logged(/Failed to list nftables objects, skipping resync/),
      'nft cannot list what the kernel holds',
    ],
  }),
  ...from('projectcalico/calico:felix/dataplane/driver.go', {
    'felix/nft-mode-undetected': [
      ', shutting down',
      logged(
        /Unable to (?:detect kube-proxy nftables mode|determine whether to use the nftables dataplane), shutting down/,
      ),
      'Felix cannot tell which tables to use and ends',
    ],
    'felix/nft-client-failed': [
      'failed to create knftables client',
      logged(/Failed to create knftables client/),
      'the image or kernel has no usable nftables',
    ],
    'felix/nft-mode-changed': [
      'kube-proxy nftables mode changed',
      /kube-proxy nftables mode changed/,
      'kube-proxy moved to other tables; Felix restarts',
    ],
  }),
  ...from('projectcalico/calico:felix/ipsets/ipsets.go', {
    'felix/ipset-parse-failed': [
      'failed to parse ipset',
      logged(/failed to parse ipsets?\b(?: (?<set3>cali\S+))?/i, set),
      'Felix cannot read one of its IP sets',
    ],
    'felix/ipset-recreated': [
      'failed to parse required calico-owned ipset',
      logged(/Failed to parse required Calico-owned ipset/, set),
      'Felix makes an IP set anew that its ipset program cannot read',
    ],
    'felix/ipset-retry': [
      'retrying after an ipsets update failure',
      logged(/Retrying after an ipsets update failure/, set),
      'Felix’s IP sets were refused; it tries again',
    ],
    'felix/ipset-start-failed': [
      'ipset restore.',
      logged(/Failed to (?<what>start|create pipe for) ipset restore\./, set),
      'the ipset program does not run here',
    ],
    'felix/ipset-resync-marked': [
      'ip sets.',
      logged(
        /(?:Persistently failed to update IP sets\. Will do full resync|Failed to update IP sets\. Marking dataplane for resync)/,
        set,
      ),
      'Felix’s IP sets were refused; it reads all of them again',
    ],
    'felix/ipset-delete-failed': [
      'failed to delete ip set',
      logged(/Failed to delete IP set[.,]/, set),
      'an old IP set is still in use by a rule',
    ],
    'felix/ipset-temp-delete-failed': [
      'failed to delete temp ip set',
      logged(/Failed to delete temp IP set/, set),
      'a helper IP set is left',
    ],
  }),
  ...from('projectcalico/calico:felix/dataplane/linux/endpoint_mgr.go', {
    'felix/sysctl-failed': [
      'failed to set net.',
      /failed to set (?<parameter>net\.[\w./-]{1,120})=(?<value>\S+): (?<error>.+)/i,
      'a sysctl of an interface cannot be set: read-only /proc, or the interface is gone',
    ],
    'felix/accept-ra-failed': [
      'could not set accept_ra',
      logged(/Could not set accept_ra/, { ifaceName: 'interface' }),
      'a sysctl of an interface cannot be set',
    ],
    'felix/rp-filter-unknown': [
      'could not determine default rp_filter setting',
      logged(/could not determine default rp_filter setting, defaulting to strict/),
      'Felix cannot read the host’s reverse path filter',
    ],
  }),
]
