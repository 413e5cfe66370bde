/** Wrappers that every Calico program uses (`libcalico-go`): tried after the programs’ own texts. */
import { from } from '#cluster/messages/entries.ts'
import { logged } from '#cluster/messages/sentences.ts'

export const libcalicoEntries = [
  ...from('projectcalico/calico:libcalico-go/lib/errors/errors.go', {
    'datastore/unauthorized': [
      'connection is unauthorized: ',
      /connection is unauthorized: (?<error>.+)/,
      'a program of Calico was refused: its token (401) or its rights (403)',
    ],
    'datastore/resource-missing': [
      'resource does not exist: ',
      /resource does not exist: (?<resource>\w+)(?:\((?<name>[^)]*)\))?(?: with error: (?<error>.+))?/,
      'a resource of Calico is not there',
    ],
    'datastore/resource-exists': [
      'resource already exists: ',
      /resource already exists: (?<resource>\w+)(?:\((?<name>[^)]*)\))?(?: with error: (?<error>.+))?/,
      'a resource of Calico is there already',
    ],
    'datastore/update-conflict': [
      'update conflict: ',
      /update conflict: (?<resource>[\w/]+)(?:\((?<name>[^)]*)\))?/,
      'two programs wrote one resource',
    ],
    'datastore/not-supported': [
      ' is not supported on ',
      /operation (?<operation>\w+) is not supported on (?<resource>\w+)(?:\((?<name>[^)]*)\))?/,
      'the datastore cannot do this',
    ],
    'datastore/entry-unparsable': [
      'failed to parse datastore entry key=',
      /failed to parse datastore entry key=(?<key>[^;]+); value=(?<value>.*?): (?<error>.+)/,
      'a record of the datastore is damaged',
    ],
  }),
  ...from('projectcalico/calico:libcalico-go/lib/clientv3/client.go', {
    'datastore/cluster-information-failed': [
      'error getting cluster information config',
      logged(/Error getting cluster information config/, { ClusterInformation: 'name' }),
      'a program of Calico cannot read ClusterInformation',
    ],
  }),
  ...from('projectcalico/calico:libcalico-go/lib/backend/watchersyncer/watchercache.go', {
    'datastore/list-refused': [
      'api server refused connection, will retry',
      /API server refused connection, will retry/,
      'the API server is not there',
    ],
    'datastore/watch-failed': [
      'failed to create watcher; will retry',
      logged(/Failed to create watcher; will retry/, { ListRoot: 'resource' }),
      'changes of a resource cannot be followed',
    ],
    'datastore/watch-restore-timeout': [
      'timed out waiting for connection to be restored',
      /Timed out waiting for connection to be restored, forcing a resync/,
      'the datastore was away for a while',
    ],
    'datastore/tier-unauthorized': [
      'unauthorized to create tier ',
      /Unauthorized to create tier (?<tier>[\w-]+)/,
      'a program of Calico may not make a tier: old rights, new version',
    ],
  }),
  ...from('projectcalico/calico:libcalico-go/lib/health/health.go', {
    'health/endpoint-failed': [
      'health endpoint failed, trying to restart it',
      logged(/Health endpoint failed, trying to restart it\.\.\./),
      'a program cannot serve its health check: `localhost` is not known, or the port is taken',
    ],
    'health/component-changed': [
      'health of component changed',
      logged(/Health of component changed/, { name: 'name', lastReport: 'previous', newReport: 'value' }),
      'a part of this program changed its health',
    ],
  }),
]
