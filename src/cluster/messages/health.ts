/**
 * What calico-node's probes print. 3.31 made the first letter of many error texts small, so letter case is ignored.
 * A probe's output reaches people inside a kubelet event, after the words `Readiness probe failed: `.
 */
import { from } from '#cluster/messages/entries.ts'

export const healthEntries = [
  ...from('projectcalico/calico:node/pkg/health/health.go', {
    'health/bird-not-running': [
      ' is not running. output <<',
      /Service (?<service>confd|bird6?) is not running\. Output << (?<output>.*?) ?>>/i,
      'runit does not keep this service up: it ends as soon as it starts, or it was stopped',
    ],
    'health/birdcl-bad-response': [
      'bad response from bird',
      /bad response from (?<service>bird6?): ?(?<output>.*)/i,
      'birdcl did not get BIRD’s greeting',
    ],
    'health/birdcl-missing': [
      'is not live: fork/exec ',
      /(?<service>bird6?) is not live: fork\/exec (?<path>\S+?): (?<error>.+)/i,
      'the image has no birdcl where the probe looks for it',
    ],
    'health/service-not-live': [
      ' is not live: ',
      /calico\/node is not ready: (?<service>bird6?\/confd|bird6?) is not live: (?<error>.+)/i,
      'runit cannot tell that BIRD and confd run',
    ],
    'health/felix-not-live': [
      'felix is not live: ',
      /felix is not live: (?<error>.+)/i,
      'Felix does not answer its liveness check, or says that one of its parts hangs',
    ],
    'health/felix-not-ready': [
      'felix is not ready: ',
      /felix is not ready: (?<error>.+)/i,
      'Felix does not answer its readiness check, or one of its parts is not ready',
    ],
    'health/probe-status': [
      ' probe reporting ',
      /(?<probe>readiness|liveness) probe reporting (?<status>\d{3})/i,
      'Felix answers its health check, and says that one of its parts is not well',
    ],
    'health/bad-arguments': [
      'calico/node check error: ',
      /calico\/node check error: (?<error>.+)/i,
      'the probe’s command has no check in it',
    ],
  }),
  ...from('projectcalico/calico:node/pkg/health/bird/bird.go', {
    'health/bgp-not-established': [
      'bgp not established with ',
      /BGP not established with (?<peers>[\w.:,]+)/i,
      'no BGP session of this node is up; in the 30 s after a start: not every session is up',
    ],
    'health/graceful-restart': [
      'is not ready: graceful restart in progress',
      /(?<service>BIRD6?) is not ready: graceful restart in progress/i,
      'BIRD waits for its peers’ routes; normal for up to 240 s after it started',
    ],
    'health/nodename-missing': [
      'failed to stat() nodename file',
      /failed to stat\(\) nodename file: stat (?<path>\S+?): (?<error>.+)/i,
      'calico-node’s start-up never finished on this node, or its folder was emptied',
    ],
    'health/bird-socket-unreachable': [
      'unable to connect to birdv',
      /unable to connect to (?<service>BIRDv[46]) socket: dial unix (?<path>\S+?): connect: (?<error>[^."\n]+)/i,
      'the probe did not reach BIRD’s control socket',
    ],
    'health/bird-table-unknown': [
      'unknown bird table output format',
      /unknown BIRD table output format/i,
      'something that is not Calico’s BIRD answers on the socket',
    ],
    'health/bird-line-unexpected': [
      'unexpected output line from bird',
      /unexpected output line from BIRD: '(?<line>[^']*)'/i,
      'something that is not Calico’s BIRD answers on the socket',
    ],
    'health/peers-established': [
      'with bgp peering established = ',
      /Number of node\(s\) with BGP peering established = (?<count>\d+)/i,
      'how many BGP sessions of this node are up',
    ],
  }),
  ...from('golang/go:src/runtime/panic.go', {
    'health/panic': [
      'panic: runtime error: ',
      /panic: runtime error: (?<error>.+)/,
      'a Go program, here mostly a probe of calico-node, stopped on a bug: its readiness check does so when it may not look at BIRD’s socket',
    ],
    'go/panic': [
      'panic: ',
      /^panic: (?!\(\*logrus\.Entry\)|runtime error: )(?<error>[^\n]{1,600})/,
      'a Go program stopped where it knew no way on, and says why',
    ],
    'go/fatal-error': [
      'fatal error: ',
      /^fatal error: (?<error>(?:concurrent map|all goroutines are asleep|stack overflow|runtime: |out of memory|unexpected signal|sync: )[^\n]{0,300})/,
      'the runtime of a Go program ended it',
    ],
  }),
]
