/** Typha’s server and its clients, besides `typha.ts`. */
import { from } from '#cluster/messages/entries.ts'
import { logged } from '#cluster/messages/sentences.ts'

const connection = { address: 'address', connID: 'connection', client: 'client' }

export const typhaMoreEntries = [
  ...from('projectcalico/calico:typha/pkg/syncclient/sync_client.go', {
    'typha/syncer-unsupported': [
      'we require syncertype ',
      logged(/We require SyncerType (?<value>\S+) but Typha server doesn't support it/, connection),
      'an old Typha serves a new client',
    ],
    'typha/server-too-old': [
      'server responded without support for node resource updates',
      /Server responded without support for node resource updates, disconnecting/,
      'an old Typha serves a new client',
    ],
    'typha/restarting-connection': [
      'client callback is ',
      /(?:Typha connection failed but client callback is restart-aware|Typha client callback is not restart-aware\. Exiting)/,
      'the way to Typha broke',
    ],
    'typha/restart-failed': [
      'failed to restart typha client',
      logged(/Failed to restart Typha client\. Exiting/),
      'the way to Typha broke and could not be made anew; the program ends',
    ],
    'typha/connected': [
      'connected to typha',
      logged(/Connected to Typha(?: on attempt (?<attempt>\d+)|\.)/, connection),
      'the way to Typha is there',
    ],
    'typha/resync-done': [
      'resync with typha complete',
      /Resync with Typha complete; dropping resync-tracking state/,
      'Felix knows everything again',
    ],
    'typha/ca-unreadable': [
      ' ca data',
      logged(/Failed to (?<what>read CA data|add CA data to pool)/),
      'the authority’s file for Typha is missing or damaged',
    ],
    'typha/key-unreadable': [
      'failed to load certificate and key',
      logged(/Failed to load certificate and key/),
      'the certificate for Typha is missing or damaged',
    ],
  }),
  ...from('projectcalico/calico:typha/pkg/discovery/discovery.go', {
    'typha/service-endpoints-failed': [
      'unable to get service endpoints from kubernetes',
      logged(/Unable to get service endpoints from Kubernetes/),
      'Typha’s Service or its endpoints are missing, or may not be read',
    ],
    'typha/discovered': [
      'discovered initial set of typha instances',
      logged(/Discovered initial set of Typha instances/, { addrs: 'addresses' }),
      'the Typhas that a client may use',
    ],
    'typha/chosen': [
      'chose typha to connect to',
      logged(/Chose Typha to connect to/, { choice: 'address' }),
      'the Typha that a client tries',
    ],
    'typha/list-failed': [
      ' typha address',
      /failed to (?:reload list Typha addresses|load next Typha address to try): (?<error>.+)/,
      'the list of Typhas cannot be read',
    ],
  }),
  ...from('projectcalico/calico:felix/daemon/daemon.go', {
    'typha/retrying': [
      'sleeping before typha connection retry',
      /Sleeping before Typha connection retry/,
      'no Typha was reached; another try follows',
    ],
  }),
  ...from('projectcalico/calico:typha/pkg/syncserver/sync_server.go', {
    'typha/pong-timeout': [
      'too long since last pong from client',
      logged(/Too long since last pong from client, disconnecting/, connection),
      'a client does not answer',
    ],
    'typha/accept-failed': [
      'failed to accept connection',
      logged(/Failed to accept connection/),
      'Typha cannot take a connection',
    ],
    'typha/hello-failed': [
      ' client ',
      logged(/Failed to read client (?<what>hello|ACK)\./, connection),
      'a client’s greeting failed: mostly its certificate',
    ],
    'typha/client-read-failed': [
      'failed to read from client',
      logged(/Failed to read from client/, connection),
      'a client’s connection broke, or its certificate was refused',
    ],
    'typha/connection-closed': [
      'closing connection; reason: ',
      logged(/Closing connection; reason: (?<reason>[^.]+)/, connection),
      'Typha sends a client to another Typha',
    ],
    'typha/listen-failed': [
      'failed to open listen socket',
      logged(/Failed to open listen socket/),
      'Typha’s port is taken',
    ],
    'typha/snapshot-timeout': [
      'writes of snapshot to client persistently timed out',
      logged(/Writes of snapshot to client persistently timed out/, connection),
      'a client takes nothing',
    ],
    'typha/client-far-behind': [
      'client is a long way behind after sending snapshot',
      logged(/Client is a long way behind after sending snapshot/, connection),
      'a client is too slow',
    ],
  }),
  ...from('projectcalico/calico:typha/pkg/k8s/rebalance.go', {
    'typha/endpointslice-failed': [
      'failed to get typha endpointslice',
      logged(/Failed to get Typha EndpointSlice from Kubernetes/),
      'Typha cannot count its siblings',
    ],
  }),
  ...from('projectcalico/calico:typha/pkg/daemon/daemon.go', {
    'typha/initialize-failed': [
      'failed to initialize datastore',
      logged(/^Failed to initialize datastore/),
      'Typha or kube-controllers cannot prepare the datastore',
    ],
    'typha/exited': ['typha exited with error', logged(/Typha exited with error/), 'Typha ended'],
  }),
]
