/** Where Felix (and Typha) took their settings from, and what they refuse; Python Felix’s words for the same. */
import { from } from '#cluster/messages/entries.ts'
import { logged } from '#cluster/messages/sentences.ts'

export const felixConfigEntries = [
  ...from('projectcalico/calico:felix/config/config_params.go', {
    'felix/parameter': [
      'parsed value for ',
      /Parsed value for (?<parameter>\w{1,80}): (?<value>.*?) \(from (?<from>[^)]+)\)/,
      'a setting, its value, and where it was given',
    ],
    'felix/parameter-invalid': [
      'failed to parse config parameter ',
      /failed to parse config parameter (?<parameter>\w{1,80}); value "?(?<value>.*?)"?: (?<error>.+)/,
      'a setting has a value that Felix (or Typha) refuses; it ends',
    ],
    'felix/parameter-default-kept': [
      'replacing invalid value with default',
      logged(/Replacing invalid value with default/, { name: 'parameter', default: 'value', source: 'from' }),
      'a setting has a value that Felix refuses; its default is used',
    ],
    'felix/parameter-required': [
      'invalid (required) config value',
      logged(/Invalid \(required\) config value/),
      'a setting that Felix (or Typha) needs is missing or wrong',
    ],
    'felix/parameter-overridden': [
      'skipping config value for ',
      /Skipping config value for (?<parameter>\w{1,80}) from (?<from>[^;]+); already have a value from (?<winner>.+)/,
      'a setting is given twice; the stronger place wins',
    ],
    'felix/parameter-local-only': [
      'ignoring local-only configuration ',
      /Ignoring local-only configuration (?:for )?(?<parameter>\w{1,80})(?:="(?<value>[^"]*)")? from (?<from>.+)/,
      'a setting that only the node itself may give was given elsewhere',
    ],
    'felix/service-lookup-failed': [
      "couldn't get kubernetes service ",
      /Couldn't get Kubernetes service '(?<service>[^']+)': (?<error>.+)/,
      'the Service of Typha cannot be read',
    ],
  }),
  ...from('projectcalico/felix:python/calico/felix/config.py', {
    'felix/parameter-read': [
      ' has value ',
      /Parameter (?<parameter>\w{1,80}) \((?<description>[^)]*)\) has value u?(?:'(?<value>[^']*)'|(?<value2>\S+)) read from (?<from>.+)/,
      'a setting of Python Felix, its value, and where it was given',
    ],
    'felix/parameter-refused': [
      ', read from ',
      /(?<error>[^(\n]{1,80}) \(value u?(?:'(?<value>[^']*)'|(?<value2>\S+)) for (?<parameter>\w{1,80}) \([^)]*\), read from u?'?(?<from>[^')]+)/,
      'Python Felix refuses a setting',
    ],
  }),
  ...from('projectcalico/calico:felix/daemon/daemon.go', {
    'felix/config-changed': [
      'exiting for ',
      /Exiting for (?<what>config change|encapsulation change)/,
      'Felix restarts itself to take over a new setting',
    ],
    'felix/config-update-failed': [
      'failed to parse config update',
      logged(/Failed to parse config update/),
      'a changed FelixConfiguration holds a value that Felix refuses',
    ],
    'felix/datastore-unready': [
      'datastore became unready, need to restart',
      /Datastore became unready, need to restart/,
      'the datastore was locked while Felix ran; Felix restarts',
    ],
    'felix/server-version-unreadable': [
      "couldn't read server version from server",
      logged(/Couldn't read server version from server/),
      'Felix reads nothing from the API server',
    ],
    'felix/typha-discovery-off': [
      'typha not enabled',
      /Typha not enabled\./,
      'Felix talks to the datastore directly',
    ],
    'felix/shutdown-slow': [
      'graceful shutdown took too long',
      /Graceful shutdown took too long/,
      'Felix did not end in time',
    ],
    'felix/datastore-connecting': [
      'connecting to datastore',
      logged(/Connecting to datastore/, { datastore: 'datastore' }),
      'Felix makes its way to the datastore',
    ],
  }),
]
