/** confd, which renders BIRD's configuration. */
import { from } from '#cluster/messages/entries.ts'
import { logged } from '#cluster/messages/sentences.ts'

export const confdEntries = [
  ...from('projectcalico/calico:confd/pkg/backends/calico/client.go', {
    'confd/in-sync': [
      'data is now syncd, can start rendering templates',
      /Data is now syncd, can start rendering templates/,
      'confd knows everything and renders BIRD’s configuration',
    ],
    'confd/sync-lost': ['full sync lost', /Full sync lost/, 'confd’s way to the datastore was interrupted'],
    'confd/settings-failed': [
      'current bgp settings',
      /(?:Failed to query current BGP settings|querying current BGP settings): (?<error>.+)/,
      'confd cannot read the BGP settings; it ends and is started again',
    ],
    'confd/client-failed': [
      'calico client',
      /Failed to (?:load Calico client configuration|create main Calico client): (?<error>.+)/,
      'confd has no usable way to the datastore',
    ],
    'confd/peerings-recomputed': [
      'recompute bgp peerings: ',
      /Recompute BGP peerings: (?<reasons>.+)/,
      'something that decides the peers changed',
    ],
    'confd/password-unreadable': [
      "can't read password ",
      logged(
        /Can't read password (?:for BGPPeer (?<peer>\S+)|referenced by BGP Configuration (?<configuration>\S+) in secret (?<secret>\S+))/,
      ),
      'the secret with a BGP password cannot be read; the peer is configured without a password',
    ],
    'confd/mesh-skipped': [
      'is a route reflector with cluster id',
      /Node (?<node>\S+) is a route reflector with cluster ID (?<clusterId>\S+?), skipping mesh/,
      'this node is a route reflector',
    ],
    'confd/peer-malformed': [
      ' is not assigned or is malformed',
      /PeerIP is not assigned or is malformed/,
      'a BGPPeer has no usable address',
    ],
    'confd/typha-lost': [
      ' typha',
      /(?:Failed to connect to Typha|Connection to Typha failed)(?: error=(?<error>.+))?$/,
      'the way to Typha is broken; the program ends and is started again',
    ],
  }),
  ...from('projectcalico/calico:confd/pkg/backends/calico/secret_watcher.go', {
    'confd/secret-not-synced': [
      'did not sync within ',
      /Controller for secret '(?<secret>[^']+)' did not sync within (?<within>\S+)/,
      'confd may not list the secret with a BGP password',
    ],
    'confd/secret-missing': [
      ' secret ',
      /(?:no data available for secret (?<secret>\S+)|secret (?<secret2>\S+) does not have key (?<key>\S+))/,
      'the secret with a BGP password, or its key, is not there',
    ],
  }),
  ...from('projectcalico/calico:confd/pkg/resource/template/resource.go', {
    'confd/config-updated': [
      ' has been updated',
      /Target config (?<path>\/\S{1,200}) has been updated/,
      'confd rendered a new configuration',
    ],
    'confd/config-check-failed': [
      'config check failed',
      /Config check failed: (?<error>.+)/,
      'BIRD refuses what confd rendered; the old file stays',
    ],
    'confd/check-command-failed': [
      'error from checkcmd ',
      /Error from checkcmd "(?<command>[^"]*)": (?<output>.+)/,
      'BIRD refuses what confd rendered, and says why',
    ],
    'confd/reload-failed': [
      'error from reloadcmd',
      /Error from reloadcmd: (?<error>.+)/,
      'BIRD could not be told of its new configuration',
    ],
  }),
  ...from('projectcalico/calico:confd/pkg/run/run.go', {
    'confd/starting': ['starting calico-confd', /Starting calico-confd/, 'confd starts'],
  }),
]
