/** kube-proxy and CoreDNS: what makes Services and names work, and what they say when they do not. */
import { from } from '#cluster/messages/entries.ts'

export const serviceEntries = [
  ...from('kubernetes/kubernetes:cmd/kube-proxy/app/server.go', {
    'kube-proxy/node-missing': [
      'failed to retrieve node info',
      /[Ff]ailed to retrieve node info[^\n]{0,40}?(?:: |err=")(?:nodes? \\{0,3}"(?<node>[^"\\]{1,253})\\{0,3}" (?<what>not found|is forbidden)|(?<error>(?:[^"\\\n]|\\.){1,2000}))/,
      'kube-proxy does not find its node in the API: it looks under another name, or may not read it',
    ],
    'kube-proxy/node-ip-assumed': [
      "can't determine this node's ip",
      /[Cc]an't determine this node's IP, assuming (?<address>loopback|[\d.a-fA-F:]{2,45}\d)/,
      'kube-proxy does not know its node’s address: node ports and local traffic may fail',
    ],
    'kube-proxy/node-ip-invalid': [
      'invalid nodeip',
      /invalid nodeIP, initialize kube-proxy with (?<address>[\d.a-fA-F:]{2,45}) as nodeIP/i,
      'kube-proxy does not know its node’s address: node ports and local traffic may fail',
    ],
    'kube-proxy/mode-unknown': [
      'proxy mode',
      /(?:[Uu]nknown proxy mode, assuming|Flag proxy-mode=\\{0,3}"[^"\\]{0,20}\\{0,3}" unknown, assuming) (?<mode>\w+)/,
      'kube-proxy chose its mode by itself',
    ],
    'kube-proxy/ipvs-unusable': [
      'use the ipvs proxier',
      /[Cc]an't use the IPVS proxier(?:: (?<error>[^\n"]+)|" err="(?<error2>(?:[^"\\\n]|\\.){0,2000}))?/,
      'kube-proxy cannot use IPVS: modules of the kernel or ipset are missing',
    ],
    'kube-proxy/ipvs-modules-missing': [
      'ipvs proxier will not be used because ',
      /IPVS proxier will not be used because the following required kernel modules are not loaded: \[(?<modules>[^\]]{1,200})\]/,
      'kube-proxy falls back to iptables: modules of the kernel are missing',
    ],
    'kube-proxy/cluster-cidr-missing': [
      'detect-local',
      /(?:[Dd]etect-local-mode set to ClusterCIDR, but no [\w ]{0,20}cluster CIDR|defaulting to no-op detect-local)/,
      'kube-proxy has no cluster CIDR: it cannot tell pods from others by it',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/proxy/iptables/proxier.go', {
    'kube-proxy/bridge-sysctl-unset': [
      'br-netfilter module or unset sysctl br-nf-call-iptables',
      /missing br-netfilter module or unset sysctl br-nf-call-iptables/i,
      'traffic over a bridge does not pass iptables: Services fail between pods of one node where pods hang on a bridge',
    ],
    'kube-proxy/restore-failed': [
      'failed to execute iptables-restore',
      /Failed to execute iptables-restore(?:: (?<error>[^\n]+)|[^\n]{0,20}?err="(?<error2>(?:[^"\\\n]|\\.){0,2000}))?/,
      'kube-proxy cannot write its rules: Services are not updated',
    ],
    'kube-proxy/ensure-failed': [
      'failed to ensure that ',
      /Failed to ensure that (?:filter |nat |\S{1,40} )?chain \\{0,3}"?(?<chain>[\w-]{3,40})[^\n]{0,40}? (?:exists|jumps to [\w-]{1,40})(?:: (?<error>[^\n]+)|" err="(?<error2>(?:[^"\\\n]|\\.){0,2000}))?/,
      'kube-proxy cannot write its rules',
    ],
    'kube-proxy/sync-failed': [
      'sync failed',
      /Sync failed[^\n]{0,20}?(?:retryingTime|retrying in|err)/,
      'kube-proxy cannot write its rules and tries again',
    ],
    'kube-proxy/cidr-unspecified': [
      'unable to distinguish between internal and external traffic',
      /unable to distinguish between internal and external traffic/,
      'kube-proxy has no cluster CIDR; harmless where nothing needs it',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/proxy/conntrack/conntrack.go', {
    'kube-proxy/conntrack-unset': [
      'net/netfilter/nf_conntrack',
      /(?:open|write|can't set sysctl) \/?(?:proc\/sys\/)?net\/netfilter\/(?<sysctl>nf_conntrack\w{1,40}):? ?(?<error>permission denied|read-only file system|no such file or directory)/i,
      'kube-proxy may not set the size of the table of connections; with kind on a newer kernel it ends',
    ],
    'kube-proxy/conntrack-delete-failed': [
      'conntrack command returned',
      /conntrack command returned: \\{0,3}"?(?<error>[^"\n]{3,200})/,
      'kube-proxy cannot remove old connections: the program conntrack is missing or fails',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/util/iptables/iptables.go', {
    'kube-proxy/iptables-missing': [
      'tables',
      /\b(?<program>ip6?tables[\w-]{0,20})\\{0,3}"?: (?:executable file )?not found(?: in \$PATH)?/,
      'the program iptables is not there',
    ],
    'kube-proxy/iptables-unavailable': [
      'tables',
      /(?:can't open (?<program>ip6?tables[\w-]{0,20})|iptables(?: \(required (?:by|for) \w+ backend\))? is not available on this host|no iptables support for family)/i,
      'iptables is of no use on this kernel',
    ],
    'kube-proxy/canary-lost': [
      'iptables canary ',
      /iptables canary (?<chain>\w+\/[\w-]{3,40}) deleted/i,
      'somebody flushed iptables; kube-proxy writes its rules anew',
    ],
  }),
  ...from('coredns/coredns:plugin/errors/errors.go', {
    'coredns/upstream-failed': [
      'plugin/errors: ',
      /plugin\/errors: \d (?<name>\S{1,255}) (?<type>[A-Z]{1,10}): (?<error>[^\n]+)/,
      'CoreDNS got no answer from the servers that it asks',
    ],
  }),
  ...from('coredns/coredns:plugin/ready/ready.go', {
    'coredns/waiting': [
      'plugin/ready',
      /plugin\/ready: (?:Still waiting on|Plugins not ready): "(?<plugins>[^"]{1,200})"/i,
      'CoreDNS is not ready: with kubernetes named, it does not reach the API server',
    ],
  }),
  ...from('coredns/coredns:plugin/kubernetes/kubernetes.go', {
    'coredns/waiting-for-api': [
      'plugin/kubernetes: ',
      /plugin\/kubernetes: (?:waiting for Kubernetes API before starting server|starting server with unsynced Kubernetes API|Kubernetes API connection failure: (?<error>[^\n]+))/i,
      'CoreDNS does not reach the API server',
    ],
  }),
  ...from('coredns/coredns:plugin/loop/loop.go', {
    'coredns/loop': [
      'plugin/loop: loop ',
      /plugin\/loop: Loop \((?<path>[^)]{1,120})\) detected for zone "(?<zone>[^"]{1,120})"/,
      'CoreDNS asks itself: the node’s resolv.conf leads back to it',
    ],
  }),
]
