/** Typha, its clients, kube-controllers and the operator. */
import { from } from '#cluster/messages/entries.ts'
import { logged } from '#cluster/messages/sentences.ts'

export const typhaEntries = [
  ...from('projectcalico/calico:typha/pkg/discovery/discovery.go', {
    'typha/discovery-failed': [
      'typha',
      logged(
        /(?:Typha discovery enabled but discovery failed|Unable to get Typha service(?: endpoints)? from Kubernetes)/,
      ),
      'Typha’s Service or its endpoints are missing, or may not be read',
    ],
    'typha/none-ready': [
      'find any ready typha instances',
      /Didn't find any ready Typha instances/,
      'there are Typhas, none is ready',
    ],
    'typha/service-incomplete': [
      'ubernetes service ',
      /(?:Kubernetes service missing IP or port|missing Kubernetes service IP or port)/i,
      'Typha’s Service has no address, or no port of Typha’s name',
    ],
  }),
  ...from('projectcalico/calico:typha/pkg/syncclient/sync_client.go', {
    'typha/certificate-invalid': [
      ' typha endpoint ',
      /(?:Failed to connect to|error connecting to) typha endpoint(?: \(\d+ of \d+\))? (?<address>[\da-fA-F.:[\]]+?):(?<port>\d+)\b.*? error=(?<error>(?:x509|tls|remote error: tls|[^=]{0,60}x509): .+?)(?= [A-Za-z_]\w{0,40}=|$)/i,
      'a Typha was reached; its certificate or ours was refused',
    ],
    // TLS 1.3 lets the client finish first: what Typha thinks of its certificate comes with the first read.
    'typha/refused-us': [
      'failed to read from server ',
      /Failed to read from server .*?error=(?<error>remote error: tls: .+?)(?= [A-Za-z_]\w{0,40}=|$)/,
      'Typha was reached, and refused our certificate',
    ],
    'typha/endpoint-failed': [
      'connect',
      /(?:Failed to connect to typha endpoint|error connecting to typha endpoint(?: \(\d+ of \d+\))?) (?<address>[\da-fA-F.:[\]]+?:\d+)(?:.*?error=(?<error>.+?)(?= [A-Za-z_]\w{0,40}=|$))?/i,
      'one Typha cannot be reached',
    ],
    'typha/all-failed': [
      'failed to connect to typha after ',
      /failed to connect to Typha after (?<tries>\d+) tries/,
      'no Typha can be reached',
    ],
    'typha/certificate-name': [
      'peer certificate does not have required ',
      /peer certificate does not have required (?<what>CN|URI SAN)/,
      'Typha and its client disagree about the certificate’s name',
    ],
  }),
  ...from('projectcalico/calico:typha/pkg/syncserver/sync_server.go', {
    'typha/client-behind': [
      'client fell behind. disconnecting',
      /Client fell behind\. Disconnecting/,
      'a client is too slow',
    ],
    'typha/client-too-old': [
      'client does not support modern policy keys',
      /Client does not support modern policy keys, disconnecting/,
      'an old calico-node talks to a new Typha',
    ],
  }),
  ...from('projectcalico/calico:typha/pkg/daemon/daemon.go', {
    'typha/datastore-failed': [
      'failed to connect to datastore',
      logged(/Failed to connect to datastore/),
      'Typha cannot reach the API server',
    ],
  }),
  ...from('projectcalico/calico:kube-controllers/cmd/kube-controllers/main.go', {
    'kube-controllers/datastore-failed': [
      'failed to initialize ',
      logged(/Failed to initialize (?:Calico )?datastore/),
      'kube-controllers cannot prepare the datastore',
    ],
  }),
  ...from('projectcalico/calico:kube-controllers/pkg/status/status.go', {
    'kube-controllers/api-bad-status': [
      'received bad status code from apiserver',
      /Received bad status code from apiserver(?: status=(?<status>\d+))?/,
      'the API server’s health check fails',
    ],
  }),
  ...from('projectcalico/calico:kube-controllers/pkg/controllers/node/ipam_allocation.go', {
    'kube-controllers/ip-leak': [
      ' ip leak',
      logged(/(?<what>Candidate|Confirmed) IP leak(?: after (?<after>\S+))?/, {
        handle: 'handle',
        ip: 'address',
        node: 'node',
        pod: 'pod',
        block: 'block',
      }),
      'an address is allocated to a pod that is gone',
    ],
  }),
  ...from('tigera/operator:pkg/controller/status/status.go', {
    'operator/not-available': [
      '" is not available (awaiting ',
      /(?<kind>DaemonSet|Deployment) "(?<name>[^"]+)" is not available \(awaiting (?<count>\d+) (?:nodes|replicas)\)/,
      'so many of a component’s pods are not ready',
    ],
    'operator/crash-looping': [
      ' has crash looping container: ',
      /Pod (?<pod>\S+) has crash looping container: (?<container>\S+)(?: \((?<reason>[^)]+)\))?/,
      'a container of a component ends again and again',
    ],
    'operator/pull-failed': [
      'failed to pull container image ',
      /failed to pull container image "(?<image>[^"]+)" for container (?<container>\S+)/,
      'an image of a component cannot be pulled',
    ],
  }),
  ...from('tigera/operator:pkg/controller/migration/namespace_migration.go', {
    'operator/migration-failed': [
      'error migrating resources to calico-system',
      logged(/error migrating resources to calico-system(?: - (?<error3>.+))?/),
      'the move from kube-system to calico-system does not go on',
    ],
  }),
]
