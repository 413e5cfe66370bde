/**
 * What people write in place of a program's line or of a file's content: about rights, proxies, kube-proxy and hosts. No program prints
 * these; they are reports, and never prove anything.
 */
import { from } from '#cluster/messages/entries.ts'

export const hearsayEntries = from('sentences of an incident review or another report', {
  'hearsay/right-missing': [
    'missing',
    /\b(?:(?<resource>[a-z][a-z-]{2,40}(?:\.[a-z][\w.-]{2,60})?) (?<verb>(?:get|list|watch|create|update|patch|delete)(?:(?:\/|, | and )(?:get|list|watch|create|update|patch|delete)){0,6}) (?:rights? |permissions? )?(?:is |are |was |were )?missing\b|missing (?:the )?(?:rbac )?(?:(?<verb2>(?:get|list|watch|create|update|patch|delete)(?:(?:\/|, | and )(?:get|list|watch|create|update|patch|delete)){0,6}) )?(?:rights?|permissions?|rbac rules?) (?:on|for|to)(?: (?<verb3>get|list|watch|create|update|patch|delete))? (?<resource2>[a-z][\w./-]{2,80}))/i,
    'somebody says that a role lacks a right',
  ],
  'hearsay/no-proxy-incomplete': [
    'no_proxy',
    /\bno_proxy\b[^\n]{0,80}?\b(?:missing|lack(?:s|ed|ing)?|incomplete|not set|(?:does|did) ?n[o']t (?:include|contain|hold|have|cover))\b|\b(?:missing (?:in|from)|not (?:in|part of|included in|added to)|absent from)\b[^\n]{0,30}?\bno_proxy\b/i,
    'somebody says that NO_PROXY leaves out an address that must be asked for directly',
  ],
  'hearsay/kube-proxy-unwell': [
    'kube-proxy',
    /(?<!\b(?:if|whether|when|unless|that|without) (?:the )?)\bkube-proxy(?: pods?| container| service| unit| daemon)?\b[^\n.;]{0,30}? (?:(?:is|are|was|were|keeps?|kept|being) (?:being )?(?:crash(?:ing|looping)?|restarting|restarted again|in CrashLoopBackOff|not running|down|missing|failing|broken)|crash(?:es|ed|-?loops)|(?:fails|failed|refuses) to start|did ?n[o']t start|ha(?:s|ve|d) ?n[o']t (?:yet )?(?:started|set|written|programmed|synced|installed|created)|was not (?:yet )?(?:ready|up|running))\b/i,
    'somebody says that kube-proxy does not work',
  ],
  'hearsay/evicted-for-disk': [
    'evict',
    /\bevict(?:ed|ion|ions|s)\b[^\n.;]{0,60}?\b(?:disk[ -]?pressure|disk (?:is |was )?full|full disk)\b|\b(?:disk[ -]?pressure|disk (?:is |was )?full|full disk)\b[^\n.;]{0,60}?\bevict(?:ed|ion|ions|s)\b/i,
    'somebody says that pods are evicted because a disk is full',
  ],
  'hearsay/hns-network-missing': [
    'hns network',
    /\b(?:no HNS network (?:named|called|with the name) "?(?<network>[\w.-]{1,60})|HNS network "?(?<network2>[\w.-]{1,60})"? (?:is missing|does not exist|was not created|is not (?:there|created)))/i,
    'somebody says that a Windows node has no HNS network of Calico',
  ],
  'hearsay/oom-killed': [
    'oom',
    /\b(?:calico-node|calico-felix|calico|felix|calico-typha|typha|bird6?|confd)\b(?:(?!\bnot\b|\bno\b|\bnever\b|n't| invoked oom-killer: )[^\n.;]){0,60}?\b(?:OOM[ -]?kill(?:s|ed|er)?|OOMs|OOMed|(?:got|gets|is|was|being) OOM)\b|\bOOM[ -]?kill(?:s|ed|er)?(?::| of| kills| killed| takes down| took down| hits| hit| strikes)? (?:the )?(?:calico|felix|typha|bird6?|confd)\b/i,
    'somebody says that the kernel kills a program of Calico’s for memory',
  ],
  'hearsay/no-default-route': [
    'default ',
    /(?<!\b(?:if|whether|when|unless) (?:there (?:is|was) |it has |you have )?)\b(?:no|without(?: an?| any)?|missing(?: an?| the)?|lack(?:s|ed|ing)?(?: an?)?|lost (?:its|their|the)) (?:IPv4 )?default (?:route|gateway)s?\b|(?<!\b(?:if|whether|when|unless) (?:the |a )?)\bdefault (?:route|gateway) (?:is|was|were|went) (?:missing|gone|lost|removed|deleted|not (?:set|there|present|configured))\b/i,
    'somebody says that a host has no default route',
  ],
  'hearsay/cni-folder-recreated': [
    'net.d',
    /\bnet\.d\b(?!\/\S)[^\n.;]{0,100}?\b(?:re-?created|created (?:again|anew)|made (?:again|anew))\b|\b(?:re-?created|re-?creat(?:es|ing)|re-?creation of)\b[^\n.;]{0,40}?\bnet\.d\b(?!\/\S)/i,
    'somebody says that the folder of CNI configurations was deleted and made anew',
  ],
  'hearsay/tunnel-address-shared': [
    'same ',
    /\b(?:tunl0|vxlan\.calico|vxlan-v6\.calico|wireguard\.cali|(?:IPIP|IP-in-IP|VXLAN|WireGuard|tunnel) (?:interface|device|address|IP))\b[^\n]{0,120}?\bpods?\b[^\n.;]{0,60}?\bsame (?:IP|IPv4|address)\b|\bpods?\b(?:(?!\bnot\b|\bnever\b)[^\n.;]){0,60}?\bsame (?:IP|IPv4|address)\b[^\n;]{0,60}?\b(?:tunl0|vxlan\.calico|vxlan-v6\.calico|wireguard\.cali|tunnel)\b/i,
    'somebody says that a pod has the address of the node’s tunnel device',
  ],
  'hearsay/condition-not-lifted': [
    'networkunavailable',
    /\bcalico(?:-node)?\b(?:(?!\bnot\b|\bnever\b|n't)[^\n.;]){0,40}?\b(?:runs|running|started|starts|ready|healthy|up|fine)\b[^\n;.]{0,60}?\b(?:stays?|stayed|remains?|remained|still|stuck|continues?|keeps?)\b[^\n;.]{0,40}?\bNetworkUnavailable\b|\bNetworkUnavailable\b[^\n;.]{0,60}?\b(?:though|although|while|but)\b[^\n;.]{0,20}?\bcalico(?:-node)?\b(?:(?!\bnot\b|\bnever\b|n't)[^\n.;]){0,40}?\b(?:runs|running|started|ready|healthy|up|fine)\b/i,
    'somebody says that NetworkUnavailable stays although calico-node works',
  ],
})
