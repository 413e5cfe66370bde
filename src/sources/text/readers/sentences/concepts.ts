/** The things of which sentences about a network speak, by the words for them. */
import { phrasesOf } from '#sources/text/readers/sentences/words.ts'

/** Phrases in the form that `wordsOf` gives: singular, without articles. `a|b c` = `a` or `b c`. */
const phrases = {
  ping: 'ping|pings|pinging|icmp|echo request|echo requests',
  tcp: 'tcp|udp|curl|http|https|wget|telnet|tls|ssl|grpc|sql|requests|connections|handshake|handshakes',
  rest: 'everything|anything|nothing|else|rest',
  small: 'small|tiny|short|smaller|little',
  large:
    'large|larger|big|bigger|huge|long|bulk|full-size|full-sized|more than mtu|than mtu|than tunnel|above mtu|over mtu|beyond mtu|exceed|exceeds|exceeding',
  bulk: 'download|downloads|upload|uploads|transfer|transfers|packet|packets|request|requests|response|responses|payload|payloads|file|files|image|images|body|bodies|messages|results|frames|data|sending|posts|bytes',
  ipv4: 'ipv4|v4|ip4|inet|ipv4-only',
  ipv6: 'ipv6|v6|ip6|inet6|ipv6-only',
  outside:
    'internet|external|outside|outbound|egress|outgoing|off-cluster|world|8.8.8.8|1.1.1.1|github.com|google.com',
  inbound: 'from outside|from internet|from external|inbound|incoming|ingress',
  dns: 'dns|nslookup|dig|name resolution|names|resolver|coredns|kube-dns|lookups|dns lookup|name lookup|resolution',
  resolving: 'resolve|resolves|resolved|resolving|lookup',
  matter: 'issue|issues|problem|problems|bug|it|conflict|conflicts|ticket|incident',
  api: 'api-server|api server|kubernetes api|kubernetes service|kubernetes.default|kubernetes.default.svc|10.96.0.1|control plane',
  pod: 'pod',
  node: 'node',
  service: 'service|nodeport',
  newPod:
    'new pod|newly created pod|newly scheduled pod|newly started pod|newly deployed pod|fresh pod|recreated pod|new ones|newer pod|pod created|pod newly|pod were newly|pod started after',
  newNode:
    'new node|newly joined node|newly added node|newly created node|added node|joined node|fresh node|newer node|scaled-up node|node newly|node were newly|node added|node joined',
  sameSubnet:
    'same subnet|same-subnet|intra-subnet|same l2|same network segment|same layer 2|same network|within subnet|inside subnet',
  otherSubnet:
    'other subnet|across subnet|cross-subnet|between subnet|inter-subnet|cross subnet|subnet boundary|inter-vlan|cross-vlan|other network',
  sameNode:
    'same node|local node|node-local|locally|intra-node|within node|running node|own node|node runs|node run|node which runs|node where pod|node of pod|node hosts|node hosting|node running|node it runs|node they run',
  otherNode:
    'other node|across node|cross-node|cross node|inter-node|between node|node-to-node|cross-host|inter-host|multi-node',
  hostPod: 'node and pod|pod and node|node-to-pod|host-to-pod|node to pod',
  network:
    'network|networking|traffic|connectivity|connection|packet|packets|transfer|transfers|iperf|iperf3|communication|calls|link',
  rate: 'throughput|bandwidth|latency|mbit/s|gbit/s|kbit/s|mbps|gbps|rtt|speed|transfer rate',
  slow: 'slow|slower|slowly|sluggish|crawl|crawls|crawling|degraded|slowness',
  poor: 'low|poor|bad|high|drops|dropped|down|terrible|awful|only|tiny|collapses|collapsed',
  ssh: 'ssh',
  route: 'route',
} as const

export type Concept = keyof typeof phrases

/** Concepts under each of their phrases. */
const concepts = new Map<string, Concept[]>()
for (const [concept, list] of Object.entries(phrases) as [Concept, string][])
  for (const phrase of list.split('|')) {
    const known = concepts.get(phrase) ?? []
    known.push(concept)
    concepts.set(phrase, known)
  }

export function conceptsOf(words: readonly string[]): ReadonlySet<Concept> {
  const found = new Set<Concept>()
  for (const phrase of phrasesOf(words)) for (const concept of concepts.get(phrase) ?? []) found.add(concept)
  return found
}
