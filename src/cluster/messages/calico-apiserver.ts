/** calico-apiserver, which serves `projectcalico.org/v3`. */
import { from } from '#cluster/messages/entries.ts'

export const calicoApiserverEntries = [
  ...from('projectcalico/calico:apiserver/cmd/apiserver/apiserver.go', {
    'calico-apiserver/ended': [
      'error running ',
      /error running (?:API )?server:? ?\(?(?<error>[^)\n]+)\)?/i,
      'the Calico API server ended',
    ],
    'calico-apiserver/running': [
      'running the api server',
      /Running the API server/,
      'the Calico API server starts',
    ],
    'calico-apiserver/auth-unreadable': [
      'unable to watch the extension auth configmap',
      /Unable to watch the extension auth ConfigMap: (?<error>.+)/,
      'the Calico API server cannot read whom to trust',
    ],
    'calico-apiserver/auth-changed': [
      'extension-apiserver-authentication configmap, exiting',
      /Detected change in extension-apiserver-authentication ConfigMap, exiting/,
      'the Calico API server restarts for new certificates',
    ],
  }),
  ...from('projectcalico/calico:apiserver/pkg/storage/calico/resource.go', {
    'calico-apiserver/client-failed': [
      'ing client: ',
      /Failed (?:creating|initializing) client: \\?"(?<error>.+?)\\?"$/,
      'the Calico API server has no way to the datastore',
    ],
    'calico-apiserver/client-config-failed': [
      'failed to load client config: ',
      /Failed to load client config: \\?"(?<error>.+?)\\?"$/,
      'the Calico API server has no usable settings',
    ],
    'calico-apiserver/write-failed': [
      ' resource ',
      /(?:Clientv3 error deleting|Error creating) resource (?<resource>\S+)(?: with)? key (?<key>\S+) error (?<error>.+)/,
      'the Calico API server could not write',
    ],
  }),
  ...from('kubernetes/kube-aggregator:pkg/controllers/status/remote/remote_available_controller.go', {
    'calico-apiserver/service-missing': [
      ' is not present',
      /service\/(?<service>\S+) in "(?<namespace>[^"]+)" is not present/,
      'an aggregated API’s Service is gone',
    ],
  }),
]
