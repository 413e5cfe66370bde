/** confd's templates, peers and service routes, besides `confd.ts`. */
import { from } from '#cluster/messages/entries.ts'
import { logged } from '#cluster/messages/sentences.ts'

export const confdMoreEntries = [
  ...from('projectcalico/calico:confd/pkg/resource/template/resource.go', {
    'confd/template-failed': [
      'template ',
      /(?:unable to process template (?<path>[^\s,]+), (?<error>.+)|cannot process template resource (?<path2>\S+) - (?<error2>.+))/i,
      'a template of BIRD’s configuration is damaged or does not fit the data',
    ],
    'confd/template-error': [
      'template processing error',
      logged(/Template processing error/),
      'a template of BIRD’s configuration is damaged or does not fit the data',
    ],
    'confd/file-failed': [
      'bird_ipam.cfg',
      /(?:Failed to|Unable to|Cannot|Error) (?!open)[^\n]{1,120}?(?<path>[\w./-]{0,150}bird6?_ipam\.cfg)(?:[:,]? (?<error>.+))?/i,
      'a file of BIRD’s configuration cannot be written or read',
    ],
    'confd/aggregation-file-failed': [
      '_aggr.cfg',
      /(?:Failed to|Unable to|Cannot|Error) (?!open)[^\n]{1,120}?(?<path>[\w./-]{0,150}bird6?_aggr\.cfg)(?:[:,]? (?<error>.+))?/i,
      'a file of BIRD’s configuration cannot be written or read',
    ],
    'confd/no-bird-service': [
      'unable to change to service directory',
      /fail: (?<program>bird6?): unable to change to service directory: (?<error>[^"\\\n]{1,120})/,
      'confd tells runit to have BIRD read its configuration anew, and runit has no such service',
    ],
    'confd/created-unchecked': [
      'check failed, but file does not yet exist',
      /Check failed, but file does not yet exist - create anyway/,
      'BIRD refuses the very first configuration; it is written all the same',
    ],
    'confd/no-templates': ['found no templates', /Found no templates/, 'confd has nothing to render'],
  }),
  ...from('projectcalico/calico:confd/pkg/backends/calico/client.go', {
    'confd/source-ready': [
      ' readiness changed, ready=',
      /Source (?<source>\w+) readiness changed, ready=(?<value>\w+)/,
      'one of confd’s sources is complete, or is no more',
    ],
    'confd/secrets-unwatched': [
      'secret watcher',
      logged(/(?:Failed to create secret watcher|No K8s client available, secret watcher disabled)/),
      'confd cannot read BGP passwords',
    ],
    'confd/routes-unadvertised': [
      'failed to start route generator',
      logged(/Failed to start route generator/),
      'no Service’s address is announced',
    ],
    'confd/selector-invalid': [
      "couldn't parse selector: ",
      logged(/Couldn't parse selector: (?<value>.+?)(?= error=|$)/),
      'a BGPPeer’s selector is spelt wrong',
    ],
    'confd/node-value-invalid': [
      ' for node ',
      logged(
        /(?:Couldn't parse (?<what>.{1,60}?) (?<value>\S+)|Problem parsing (?:global )?AS number (?<as>\S+)) for node (?<node>\S+)/,
      ),
      'a node’s record holds an address or AS number that is none',
    ],
    'confd/reachable-by-invalid': [
      'reachableby address ',
      /ReachableBy address (?<what>is malformed|family does not match PeerIP)/,
      'a BGPPeer’s gateway is none',
    ],
    'confd/bird-programs-ipip': [
      'bird is configured to program the cluster routes',
      /BIRD is configured to program the cluster routes for one or more IPIP IP Pools/,
      'a setting that goes away: Felix programs these routes now',
    ],
    'confd/config-failed': [
      'failed to initialize confd config',
      logged(/Failed to initialize confd config/),
      'confd has no usable settings',
    ],
    'confd/clients-failed': [
      'failed to create clients',
      logged(/Failed to create clients/),
      'confd has no usable way to the datastore',
    ],
    'confd/kubernetes-client-failed': [
      'failed to create k8s client',
      logged(/Failed to create K8s client/),
      'confd has no way to the API server',
    ],
    'confd/local-peers-failed': [
      'failed to create local bgp peer watcher',
      logged(/Failed to create local BGP peer watcher/),
      'confd does not see peers inside pods',
    ],
  }),
  ...from('projectcalico/calico:confd/pkg/backends/calico/bgp_processor.go', {
    'confd/render-failed': [
      'failed to process ',
      logged(
        /failed to process (?<what>BGP peers|ippools|community rules|mesh peers|global peers|node-specific peers)(?:: (?<error3>.+))?/i,
      ),
      'a part of BIRD’s configuration cannot be rendered',
    ],
    'confd/node-render-failed': [
      'failed to populate node configuration',
      logged(/failed to populate node configuration(?:: (?<error3>.+))?/i),
      'this node’s part of BIRD’s configuration cannot be rendered',
    ],
    'confd/rules-failed': [
      'failed to get ',
      /failed to get (?<what>node IPv4 address from \S+|local host subnet|AS number): (?<error>.+)/,
      'what BIRD’s configuration needs of this node is missing',
    ],
  }),
  ...from('projectcalico/calico:confd/pkg/backends/calico/routes.go', {
    'confd/address-not-allowed': [
      ' - not in allow list',
      logged(/Cannot advertise (?<kind>External|LoadBalancer) IP - not in allow list/, {
        ip: 'address',
        svc: 'service',
      }),
      'a Service’s address is not among those that may be announced',
    ],
  }),
]
