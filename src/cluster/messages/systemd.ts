/** systemd and systemd-tmpfiles, as they appear in a node's journal. */
import { from } from '#cluster/messages/entries.ts'

export const systemdEntries = [
  ...from('systemd/systemd:src/tmpfiles/tmpfiles.c', {
    'tmpfiles/user-unknown': [
      "failed to resolve user '",
      /Failed to resolve user '(?<user>[^']+)': (?<error>.+)/,
      'an entry of tmpfiles.d names a user that does not exist; its folder is not made',
    ],
    'tmpfiles/legacy-directory': [
      'line references path below legacy directory',
      /(?<file>\/[\w./-]{1,200}?)?:?(?<line>\d{1,6})?: ?Line references path below legacy directory (?<legacy>\S+), updating (?<path>\S+)/,
      'harmless: /var/run is an old name of /run',
    ],
    'tmpfiles/duplicate': [
      'duplicate line for path ',
      /Duplicate line for path "(?<path>[^"]+)", ignoring/,
      'a file that sorts earlier configures this path; this line is ignored',
    ],
  }),
  ...from('systemd/systemd:src/core/unit.c', {
    'systemd/unit-failed': [
      'failed with result ',
      /(?<unit>[\w@.:-]{1,120}): Failed with result '(?<result>[^']+)'/,
      'a unit ended with a failure',
    ],
    'systemd/unit-started': [
      'started ',
      /^Started (?<unit>[\w@-]{1,80}(?:\.service)?(?: - |: ).+?)\.?$/,
      'a unit was started',
    ],
    'systemd/unit-stopped': [
      'stopped ',
      /^Stopped (?<unit>[\w@-]{1,80}(?:\.service)?(?: - |: ).+?)\.?$/,
      'a unit was stopped',
    ],
    'systemd/start-limit': [
      'start request repeated too quickly',
      /(?<unit>[\w@.:-]{1,120}): Start request repeated too quickly/,
      'systemd gave up starting a unit',
    ],
    'systemd/failed-to-start': [
      'failed to start ',
      /^Failed to start (?<unit>[\w@-]{1,80}(?:\.service)?(?: - |: ).+?|[\w@.:-]{1,80}\.service)\.?$/,
      'a unit could not be started',
    ],
    'systemd/dependency-failed': [
      'dependency failed for ',
      /Dependency failed for (?<unit>[^\n]{1,120}?)\.?$/,
      'a unit was not started because another one that it needs failed',
    ],
  }),
  ...from('systemd/systemd:src/core/service.c', {
    'systemd/main-process-exited': [
      'main process exited, code=',
      /(?<unit>[\w@.:-]{1,120}): Main process exited, code=(?<code>\w+), status=(?<status>\d+)(?:\/(?<name>[\w-]+))?/i,
      'a unit’s program ended',
    ],
    'systemd/restart-scheduled': [
      'scheduled restart job, restart counter is at ',
      /(?<unit>[\w@.:-]{1,120}): Scheduled restart job, restart counter is at (?<count>\d+)/,
      'systemd starts a unit again that ended',
    ],
    'systemd/watchdog-timeout': [
      ': watchdog timeout',
      /(?<unit>[\w@.:-]{1,120}): Watchdog timeout/,
      'a unit’s program hangs and is killed',
    ],
  }),
  ...from('systemd/systemd:src/core/exec-invoke.c', {
    'systemd/exec-failed': [
      'failed at step ',
      /(?:(?<unit>[\w@.:-]{1,120}): )?Failed at step (?<step>[A-Z_]{2,24}) spawning (?<path>\S{1,200}?): (?<error>[A-Z][\w ]{3,80})/,
      'systemd could not start a program: it is not there, may not be run, or one of the unit’s settings cannot be applied',
    ],
    'systemd/environment-file-missing': [
      'failed to load environment files: ',
      /(?:(?<unit>[\w@.:-]{1,120}): )?Failed to load environment files: (?<error>[A-Z][\w ]{3,80})/,
      'a file of settings that a unit names is not there',
    ],
  }),
]
