/** What people say is wrong under a pod network: what is blocked, rejected, too large, wrong or left over, and by whom. */
import type { RemarkSays } from '#cluster/relations/remarks.ts'
import { lengthAt } from '#sources/text/readers/sentences/claims.ts'
import { phrasesOf } from '#sources/text/readers/sentences/words.ts'

/** Everything of that kind that the words of one sentence say. */
export function mechanismsSaid(words: readonly string[]): readonly RemarkSays[] {
  const named = new Set<Mechanism>()
  for (const phrase of phrasesOf(words)) for (const one of byThing().get(phrase) ?? []) named.add(one)
  return [...new Set([...named].flatMap((one) => (isTold(one, words) ? [one.says] : [])))]
}

interface Mechanism {
  readonly says: RemarkSays
  /** What is spoken of: words and phrases of up to three words. */
  readonly of: ReadonlySet<string>
  /** What is said of it, near it and not denied. */
  readonly is: ReadonlySet<string>
  /** What says the same when it is denied: `not allowed`. */
  readonly lacks?: ReadonlySet<string>
  /** One of these must stand somewhere in the sentence as well. */
  readonly beside?: ReadonlySet<string>
  /** None of these may. */
  readonly unless?: ReadonlySet<string>
}

const set = (text: string): ReadonlySet<string> => new Set(text.split('|'))

const lost =
  'blocked|blocks|block|dropped|drops|drop|dropping|filtered|filters|denied|denies|discarded|discards|swallowed|swallows|lost|prohibited|closed|rejected|rejects'
const passing = set(
  'allowed|allow|permitted|open|opened|support|supported|supports|pass|passed|passes|forwarded|carried|arrive|arrives|get through',
)

const mechanisms: readonly Mechanism[] = [
  {
    says: 'ipip-is-blocked',
    of: set('protocol 4|proto 4|protocol number 4|ipip|ip-in-ip|ipinip|ipencap|ip in ip'),
    is: set(lost),
    lacks: passing,
  },
  {
    says: 'vxlan-is-blocked',
    of: set(
      '4789|udp 4789|4789/udp|udp/4789|8472|8472/udp|vxlan packets|vxlan packet|vxlan traffic|vxlan port|vxlan tunnel|vxlan tunnels',
    ),
    is: set(
      `${lost}|intercepted|reserved|conflicts|conflict|clashes|taken|same port|same udp port|other vxlan|second vxlan`,
    ),
    lacks: passing,
  },
  {
    says: 'checksum-is-wrong',
    of: set('checksum|checksums|cksum|offload|offloading|tx-checksum-ip-generic|tx-checksumming'),
    is: set('wrong|bad|incorrect|invalid|broken|corrupt|corrupted|corrupts|buggy|bug|mismatch|errors'),
  },
  {
    says: 'mtu-is-wrong',
    of: set('mtu|mtus|mtu size|vethmtu|veth_mtu'),
    is: set(
      'too large|too big|too high|larger than|bigger than|higher than|exceeds|exceeded|mismatch|mismatches|mismatched|wrong|incorrect|lower than|smaller than|differs|differ|differed',
    ),
    lacks: set('match|matches|matched|fit|fits'),
  },
  {
    says: 'underlay-filters',
    of: set(
      'src/dst check|src/dst|source/destination check|source/dest check|source-destination check|src-dst check|sourcedestcheck|port security|port-security|anti-spoofing|anti-spoof|spoof|spoofing|promiscuous|forged transmits|allowed address pairs|allowed_address_pairs|vswitch',
    ),
    is: set(
      `${lost}|enabled|on|active|check|security|protection|filter|filters|transmits|lets|disabling|disabled|off|needed|drop`,
    ),
    unless: set('already'),
  },
  {
    says: 'firewall-rejects',
    of: set('reject|rejects|rejected|icmp-host-prohibited|admin-prohibited|admin prohibited|host prohibited'),
    is: set('forward|input|input/forward|iptables|rule|rules|firewall|nft|nftables|image'),
  },
  {
    says: 'firewall-rejects',
    of: set('firewall|nftables|iptables service'),
    is: set(
      'blocks|blocked|blocking|drops|dropped|dropping|interferes|interfered|interfering|prevents|prevented',
    ),
    beside: set('pod|forwarded|forwarding|forward|overlay|calico|calico-node'),
    unless: set('179|5473|6443|bgp|port'),
  },
  {
    says: 'network-manager-acts',
    of: set('networkmanager|network-manager|network manager|systemd-networkd|networkd|netplan|dhcpcd|wicked'),
    is: set(
      'sets|set|removes|removed|removing|deletes|deleted|flushes|flushed|takes|took|takes over|manages|managed|managing|controls|brings|brought|resets|touches|touched|interferes|interfered|interfering|reconfigures|configures|configured|claims|claimed|unmanaged|kills|down',
    ),
    beside: set(
      'cali|cali*|tunl0|vxlan.calico|interface|interfaces|route|device|devices|address|veth|kube-ipvs0|calico|link|links',
    ),
  },
  {
    says: 'interfaces-come-and-go',
    of: set('cali|cali*|calixxx|veth|tunl0|vxlan.calico|calico interface|calico interfaces'),
    is: set(
      'vanish|vanishes|vanished|disappear|disappears|disappeared|disappearing|recreated|flap|flaps|flapping|comes and goes|come and go|goes away',
    ),
    unless: set('arp|fdb|entry|entries|neighbour|neighbours|neighbor|neighbors'),
  },
  {
    says: 'tunnel-device-left',
    of: set('tunl0|vxlan.calico|tunnel device|tunnel interface|vxlan device|vxlan interface'),
    is: set('wrong|incorrect|stale|outdated|duplicate|obsolete'),
  },
  {
    says: 'other-cni-left',
    of: set(
      'iptables|rule|rules|chain|chains|cni|interface|interfaces|route|device|devices|state|config|bridge',
    ),
    is: set(
      'leftover|leftovers|left-over|left over|left behind|stale|remnant|remnants|residual|residue|uncleaned',
    ),
    beside: set(
      'cni|flannel|weave|weave-net|cilium|kube-router|canal|previous|earlier|former|uninstall|uninstalled|reset',
    ),
  },
  {
    says: 'policy-blocks',
    of: set(
      'policy|networkpolicy|node endpoint|hostendpoint|hostendpoints|default-deny|default deny|globalnetworkset',
    ),
    is: set(
      'blocks|blocked|blocking|denies|denied|locked|locks|cuts|cut|prevents|prevented|lockout|locked out|denying',
    ),
    unless: set('forward|admission|webhook|psp|intended|expected|desired|deliberately|as wanted'),
  },
  {
    says: 'daemonset-is-missing',
    of: set('calico-node daemonset|daemonset calico-node|calico daemonset'),
    is: set('gone|missing|deleted|removed|vanished|absent|no calico-node|no daemonset|without calico-node'),
    lacks: set('exist|exists|there'),
    unless: set('kube-system|old|operator|migration|migrated'),
  },
  {
    says: 'admission-refuses',
    of: set(
      'podsecuritypolicy|podsecuritypolicies|psp|psps|pod security|podsecurity|webhook|webhooks|gatekeeper|kyverno|scc|security context constraint|security context constraints|admission controller|admission|resourcequota|quota|limitrange',
    ),
    is: set(
      'prevents|prevented|prevent|blocks|blocked|blocking|denies|denied|rejects|rejected|refuses|refused|forbids|forbade|enforces|not created|not admitted|not be created',
    ),
    beside: set('calico|calico-node|tigera|typha|calico-typha|calico-kube-controllers|tigera-operator'),
  },
  {
    says: 'image-not-pulled',
    of: set('image|images|registry|docker hub|pull|pulls|docker.io|quay.io'),
    is: set(
      'not be pulled|not pull|not pulled|rate limit|rate limits|rate limited|rate-limited|toomanyrequests|unreachable|not reachable|not available|not found|not accessible|not exist|fails|failed|failing',
    ),
    beside: set(
      'calico|calico-node|typha|calico-typha|calico-kube-controllers|tigera-operator|calico/node|calico/cni',
    ),
    unless: set('scan|scanner|application'),
  },
  {
    says: 'image-of-other-processor',
    of: set(
      'arm64|aarch64|arm|armv7|amd64|x86|x86_64|x86-64|s390x|ppc64le|architecture|architectures|processor',
    ),
    is: set(
      'wrong|other|mismatch|mismatched|only|not match|different|incompatible|amd64|x86_64|arm64|aarch64|for amd64|for arm64',
    ),
    beside: set('image|images|binary|binaries'),
    unless: set('supports|support|multi-arch|manifest'),
  },
  {
    says: 'typha-does-not-serve',
    of: set('typha|calico-typha|typhas'),
    is: set(
      'hangs|hang|hung|deadlock|deadlocked|stale|stale data|outdated|unresponsive|accepts no|no ready|without ready|no endpoints',
    ),
    lacks: set('accept|accepts|accepting|respond|responds|responding|serve|serves|serving'),
    unless: set('certificate|tls'),
  },
  {
    says: 'bird-config-not-updated',
    of: set('bird.cfg|bird6.cfg|bird config|bird configuration|confd|peers of bird'),
    is: set(
      'stale|outdated|stops updating|stopped updating|stopped rendering|stops rendering|stuck|old peers|never changes|never updates',
    ),
    lacks: set(
      'updated|update|updates|rendered|render|renders|regenerated|written|changed|rewritten|reloaded',
    ),
  },
  {
    says: 'cloud-right-missing',
    of: set(
      'iam|iam policy|iam role|node role|instance profile|instance role|amazoneks_cni_policy|modifyinstanceattribute',
    ),
    is: set('no longer|missing|lacks|lacking|removed|detached|without|not allowed|denied|no policy'),
    lacks: set('have|has|attached|allowed'),
  },
  {
    says: 'bgp-is-up',
    of: set('bgp|bgp session|bgp sessions|bgp peers|bgp peering|bgp peer|peering'),
    is: set('up|established|fine|ok|works|healthy|working'),
  },
]

/** Mechanisms under the phrases for what they speak of: most sentences name nothing of it. */
function byThing(): ReadonlyMap<string, readonly Mechanism[]> {
  if (things.size === 0)
    for (const mechanism of mechanisms)
      for (const phrase of mechanism.of) things.set(phrase, [...(things.get(phrase) ?? []), mechanism])
  return things
}

const things = new Map<string, readonly Mechanism[]>()

const reach = 8

function isTold({ of, is, lacks, beside, unless }: Mechanism, words: readonly string[]): boolean {
  if (beside !== undefined && !words.some((word) => beside.has(word))) return false
  if (unless !== undefined && words.some((word) => unless.has(word))) return false
  return words.some((_, at) => {
    const length = lengthAt(words, at, of)
    if (length === 0) return false
    // `protocol 94 is allowed, protocol 4 not`
    if (lacks !== undefined && words[at + length] === 'not' && isEnd(words[at + length + 1])) return true
    const from = Math.max(0, at - reach)
    for (let near = from; near < Math.min(words.length, at + length + reach); near++) {
      if (near >= at && near < at + length && length > 1) continue
      if (near === at) continue
      if (lengthAt(words, near, is) > 0 && !isDenied(words, near)) return true
      if (lacks !== undefined && lengthAt(words, near, lacks) > 0 && isDenied(words, near)) return true
    }
    return false
  })
}

const isDenied = (words: readonly string[], at: number): boolean =>
  words.slice(Math.max(0, at - 3), at).some((word) => denials.has(word))

const denials: ReadonlySet<string> = new Set(['not', 'no', 'without', 'nothing', 'cannot'])

const isEnd = (word: string | undefined): boolean => word === undefined || /^[,;:()–—]$/.test(word)
