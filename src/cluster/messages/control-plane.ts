/** The API server's own log, the scheduler, the controllers and the cloud's route controller. */
import { from } from '#cluster/messages/entries.ts'

export const controlPlaneEntries = [
  ...from('kubernetes/kube-aggregator:pkg/controllers/status/remote/remote_available_controller.go', {
    'apiservice/no-response': [
      'failing or missing response from ',
      /(?:(?<apiService>v\w{1,12}\.[\w.-]{1,120}) failed with: )?failing or missing response from (?<url>https?:\/\/(?<address>\[?[\w.:-]{1,120}?\]?):(?<port>\d{1,5})[^\s:"\\]{0,200}): (?<error>[^\n]+)/,
      'the API server does not reach another program that serves an API',
    ],
    'apiservice/unavailable': [
      '.projectcalico.org',
      /(?<apiService>v\w{1,12}\.projectcalico\.org)\b[^\n]{0,160}?(?<reason>FailedDiscoveryCheck|MissingEndpoints?|ServiceNotFound|ServicePortError|EndpointsNotFound)/,
      'Calico’s own API server does not answer',
    ],
    'apiservice/no-endpoints': [
      ' have no addresses with port name ',
      /endpoints for service\/(?<service>[a-z0-9-]{1,63}) in \\{0,3}"(?<namespace>[a-z0-9-]{1,63})\\{0,3}" have no addresses with port name/,
      'no pod of a program that serves an API is ready',
    ],
  }),
  ...from('kubernetes/client-go:discovery/discovery_client.go', {
    'api/discovery-incomplete': [
      'unable to retrieve the complete list of server apis: ',
      /unable to retrieve the complete list of server APIs: (?<groups>[^\n]{1,400})/,
      'the API server cannot list all kinds: an API that another program serves does not answer',
    ],
  }),
  ...from('kubernetes/apiserver:pkg/endpoints/filters/authentication.go', {
    'apiserver/authentication-failed': [
      'unable to authenticate the request',
      /Unable to authenticate the request(?: due to an error: (?<error>[^\n]+)|[^\n]{0,40}?err="(?<error2>(?:[^"\\\n]|\\.){0,2000}))?/,
      'the API server refused somebody’s token or certificate',
    ],
  }),
  ...from('kubernetes/apiserver:pkg/authentication/request/bearertoken/bearertoken.go', {
    'token/invalid': [
      'invalid bearer token',
      /invalid bearer token(?:, (?<error>[^\n"\\\]]{3,200}))?/,
      'the token is not one of this cluster, or not any more',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/serviceaccount/claims.go', {
    'token/expired': [
      'expired',
      /(?:[Ss]ervice account token|[Tt]oken) (?:has expired|is expired)(?: \(exp\))?/,
      'a token is out of its time, or a clock is wrong',
    ],
    'token/not-yet-valid': [
      'not valid yet',
      /token (?:is )?not valid yet(?: \((?<claim>nbf|iat)\))?/i,
      'a token is from the future: the clocks of two machines differ',
    ],
    'token/used-before-issued': [
      'token used before issued',
      /token used before issued/i,
      'a token is from the future: the clocks of two machines differ',
    ],
    'token/issued-in-future': [
      'issued in the future',
      /token\b[^\n]{0,40}?issued in the future/i,
      'a token is from the future: the clocks of two machines differ',
    ],
    'token/invalidated': [
      'token has been invalidated',
      /[Ss]ervice account token has been invalidated|[Tt]oken has been invalidated/,
      'the account or the pod of a token was deleted or made anew',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/scheduler/framework/types.go', {
    'scheduler/no-node': [
      ' nodes are available',
      /(?<available>\d{1,6})\/(?<total>\d{1,6}) nodes are available(?:: (?<reasons>.+?)(?=\. preemption: |\.?$))?(?:\. preemption: (?<preemption>.+?)\.?$)?/,
      'no node can take the pod',
    ],
    'scheduler/ports-taken': [
      "didn't have free ports",
      /(?<count>\d{1,6}) node\(s\) didn't have free ports/,
      'on some nodes another pod has the port',
    ],
    'scheduler/untolerated-taint': [
      'node(s) had ',
      /(?<count>\d{1,6}) node\(s\) had (?:untolerated )?taints? \{(?<taint>[^:}]{1,253}): (?<value>[^}]{0,63})\}/,
      'some nodes have a taint that the pod does not tolerate',
    ],
    'scheduler/no-resources': [
      'insufficient ',
      /(?<count>\d{1,6}) (?:node\(s\) had )?Insufficient (?<resource>[\w./-]{1,119}\w)/i,
      'some nodes have too little left for the pod',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/controller/controller_utils.go', {
    'controller/create-failed': [
      'error creating: ',
      /Error creating: (?<error>[^\n]+)/,
      'a controller may not or cannot create its pods',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/controller/daemon/daemon_controller.go', {
    'controller/daemon-pod-failed': [
      'found failed daemon pod ',
      /Found failed daemon pod (?<namespace>[a-z0-9-]{1,63})\/(?<pod>[a-z0-9.-]{1,253}) on node (?<node>[\w.-]{1,253}?),/,
      'a pod of a DaemonSet ended as failed and is made anew',
    ],
  }),
  ...from('kubernetes/kubernetes:pkg/controller/nodeipam/ipam/range_allocator.go', {
    'controller/pod-cidr-unavailable': [
      'cidrnotavailable',
      /CIDRNotAvailable/,
      'the cluster’s range has no block left for this node',
    ],
    'controller/pod-cidrs-used-up': [
      'there are no remaining cidrs left to allocate',
      /there are no remaining CIDRs left to allocate in the accepted range/,
      'the cluster’s range has no block left for another node',
    ],
  }),
  ...from('kubernetes/cloud-provider:controllers/route/route_controller.go', {
    'cloud/route-failed': [
      'could not create route ',
      /Could not create route (?<name>\S{1,120}) (?<cidr>[\da-fA-F.:]{2,45}\/\d{1,3}) for node (?<node>[\w.-]{1,253})(?: after (?<after>\S{1,30}))?: (?<error>[^\n]+)/,
      'the cloud refused a node’s route: its pods are out of reach for others',
    ],
    'cloud/route-condition': [
      'routecontroller failed to create a route',
      /RouteController failed to create a route/,
      'the cloud’s routes lack this node: no pods are put on it',
    ],
    'cloud/route-created': [
      'routecontroller created a route',
      /RouteController created a route/,
      'the cloud has a route to this node’s pods',
    ],
    'cloud/route-waiting': [
      'node created without a route',
      /Node created without a route/,
      'a cloud provider has not made this node’s route yet: no pods are put on it',
    ],
  }),
  ...from('kubernetes/cloud-provider:controllers/node/node_controller.go', {
    'cloud/node-uninitialized': [
      ' at cloudprovider',
      /[Ff]ailed to (?:initialize node (?<node>[\w.-]{1,253})|get provider ID for node (?<node2>[\w.-]{1,253})) at cloudprovider/,
      'the cloud provider does not find the machine of a node; its taint “uninitialized” stays',
    ],
  }),
]
