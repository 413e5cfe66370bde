/** What people say has happened before: reboots, updates, changes of firewalls, names and addresses. */
import type { RemarkSays } from '#cluster/relations/remarks.ts'

/** Everything that the words of one sentence tell of the past. */
export function historySaid(words: readonly string[]): readonly RemarkSays[] {
  const said = new Set<RemarkSays>()
  for (const [at, word] of words.entries()) {
    for (const story of [...(byDone.get(word) ?? []), ...(byDone.get(`${word} ${words[at + 1]}`) ?? [])])
      if (!isOpen(words, at) && isNear(story, words, at)) said.add(story.says)
    for (const story of byDeed.get(word) ?? []) if (isDeed(story, words, at)) said.add(story.says)
  }
  return [...said]
}

interface Story {
  readonly says: RemarkSays
  /** Verbs in a form that tells that it happened. */
  readonly done: ReadonlySet<string>
  /** Nouns for it: they tell only after a word like `after`, or beside their object. */
  readonly deed?: ReadonlySet<string>
  /** What it happened to; a single word or two. Undefined: the verb says it all. */
  readonly to?: ReadonlySet<string>
  /** Other forms of the object: versions. */
  readonly toPattern?: RegExp
}

const set = (text: string): ReadonlySet<string> => new Set(text.split('|'))

const updated = set('upgraded|updated|patched|downgraded|bumped|migrated|reinstalled|updating|upgrading')
const update = set(
  'upgrade|update|upgrades|updates|patch|patches|patching|downgrade|migration|upgrading|updating',
)
const node = set('node|cluster|system|vm')

const stories: readonly Story[] = [
  {
    says: 'node-was-rebooted',
    done: set('rebooted|re-booted|power-cycled|powercycled'),
    deed: set('reboot|re-boot|reboots|rebooting|power-cycle'),
  },
  { says: 'node-was-rebooted', done: set('restarted'), deed: set('restart|restarting'), to: set('node|vm') },
  {
    says: 'os-was-updated',
    done: updated,
    deed: update,
    to: set(
      'os|operating system|kernel|package|packages|distribution|distro|ubuntu|debian|rhel|centos|fedora|rocky|sles|flatcar|coreos|apt|apt-get|yum|dnf|zypper|unattended|security|firmware',
    ),
  },
  {
    says: 'calico-was-upgraded',
    done: updated,
    deed: update,
    to: set('calico|calico-node|calicoctl|tigera|tigera-operator|cni|cni plugin|felix|typha'),
    toPattern: /^v3\.\d{1,2}(?:\.|$)/,
  },
  {
    says: 'kubernetes-was-upgraded',
    done: updated,
    deed: update,
    to: set(
      'kubernetes|cluster|kubelet|kubeadm|control plane|openshift|rke|rke2|k3s|eks|aks|gke|iks|roks|microk8s',
    ),
    toPattern: /^v1\.[1-9]\d(?:\.|$)/,
  },
  {
    says: 'other-cni-was-used',
    done: set(
      'installed|used|had|replaced|removed|uninstalled|migrated|switched|ran|running|deleted|leftover|leftovers|left|remains|remnants|previously|formerly|earlier|before|first|came|old|instead',
    ),
    to: set(
      'flannel|weave|weave-net|cilium|canal|kube-router|antrea|romana|kindnet|aws-cni|other cni|old cni|previous cni|first cni|cni installs',
    ),
  },
  {
    says: 'firewall-was-changed',
    done: set(
      'enabled|activated|changed|hardened|tightened|installed|reloaded|restarted|closed|introduced|modified|reconfigured|turned on|switched on|added',
    ),
    deed: set('change|changes|hardening|activation|reload'),
    to: set(
      'firewall|nftables|iptables rules|firewall rule|firewall rules|security group|security groups|nsg|acl|acls|network acl',
    ),
  },
  {
    says: 'policy-was-applied',
    done: set('applied|created|added|deployed|introduced|enabled|imported|rolled out|changed|wrote'),
    to: set(
      'network policy|networkpolicy|calico policy|deny policy|egress policy|ingress policy|host endpoint|node endpoint|hostendpoint|hostendpoints|default deny|default-deny|deny-all|deny all',
    ),
  },
  { says: 'node-was-renamed', done: set('renamed'), to: set('node|hostname|vm') },
  {
    says: 'node-was-renamed',
    done: set('changed|new|other|differs|modified'),
    to: set('hostname|node name|nodename'),
  },
  {
    says: 'node-was-readded',
    done: set(
      're-added|readded|rejoined|re-joined|reinstalled|re-installed|recreated|rebuilt|reprovisioned|re-provisioned|replaced|re-imaged|reimaged|joined again|added again|kubeadm reset',
    ),
    to: node,
  },
  {
    says: 'address-was-changed',
    done: set('changed|moved|reassigned|re-assigned|renumbered|swapped'),
    to: set('address|ip|internalip|node ip|dhcp|dhcp lease|ips|lease'),
  },
  {
    says: 'address-was-changed',
    done: set('got new|got other|has new|have new|received new|received other|gave other|came with'),
    to: set('address|ip|ips|dhcp|dhcp lease|lease'),
  },
]

const indexed = (
  wordsIn: (story: Story) => ReadonlySet<string> | undefined,
): ReadonlyMap<string, Story[]> => {
  const index = new Map<string, Story[]>()
  for (const story of stories)
    for (const word of wordsIn(story) ?? []) index.set(word, [...(index.get(word) ?? []), story])
  return index
}

const byDone = indexed(({ done }) => done)
const byDeed = indexed(({ deed }) => deed)

/** `will be upgraded`, `not upgraded`, `are applied`: it has not happened, or happens always. */
const isOpen = (words: readonly string[], at: number): boolean =>
  words.slice(Math.max(0, at - 3), at).some((word) => opening.has(word))

const opening = new Set(
  'will not no be to can nothing nobody without when once is are being gets get'.split(' '),
)

const nounReach = 3
const verbReach = 5

/** `after the upgrade of Calico`; and `the kernel update`: who speaks of it by its object's name knows that it came. */
function isDeed({ to, toPattern }: Story, words: readonly string[], at: number): boolean {
  const isMarked = words.slice(Math.max(0, at - 5), at).some((word) => markers.has(word))
  if (to === undefined) return isMarked
  const before = words.slice(Math.max(0, at - 2), at + 1)
  const behind = /^(?:of|to|for|from|on)$/.test(words[at + 1] ?? '')
    ? words.slice(at + 2, at + 2 + nounReach)
    : []
  const near = [...before.slice(0, -1), ...behind]
  const isNamed = names(near, { to, toPattern })
  return isNamed && (isMarked || (!isOpen(words, at) && names(before.slice(0, -1), { to, toPattern })))
}

const markers = new Set(
  'after since following during before until last recent yesterday did performed made ran rolling'.split(' '),
)

const isNear = ({ to, toPattern }: Story, words: readonly string[], at: number): boolean =>
  to === undefined ||
  names(words.slice(Math.max(0, at - verbReach), at), { to, toPattern }) ||
  names(words.slice(at + 1, at + 1 + verbReach), { to, toPattern })

const names = (
  near: readonly string[],
  { to, toPattern }: { readonly to: ReadonlySet<string>; readonly toPattern: RegExp | undefined },
): boolean =>
  near.some((word, at) => to.has(word) || to.has(`${word} ${near[at + 1]}`) || toPattern?.test(word) === true)
