/** HAProxy of its servers: on IBM Cloud's workers, and in front of many a control plane, the way to the API server. */
import { from } from '#cluster/messages/entries.ts'

export const haproxyEntries = [
  ...from('haproxy/haproxy:src/server.c', {
    'haproxy/running-on-backup': [
      ' running on backup.',
      /Server (?<backend>[\w.-]{1,60})\/(?<server>[\w.-]{1,60}) is (?<state>UP|DOWN)\b[^\n]{0,200}?\. 0 active and (?<backups>\d{1,4}) backup servers (?:left|online)\. Running on backup\./,
      'none of a proxy’s servers works but its backups',
    ],
    'haproxy/server-up': [
      ' backup servers online.',
      /Server (?<backend>[\w.-]{1,60})\/(?<server>[\w.-]{1,60}) is UP\b[^\n]{0,200}?\. (?<active>[1-9]\d{0,3}) active and \d{1,4} backup servers online\./,
      'a proxy has a server again that is no backup',
    ],
    'haproxy/server-down': [
      ' backup servers left.',
      /Server (?<backend>[\w.-]{1,60})\/(?<server>[\w.-]{1,60}) is DOWN, reason: (?<reason>[\w ]{1,60}?)(?:, info: "(?<info>[^"\n]{1,120})")?(?:, check duration: \d{1,6}ms)?\. (?<active>\d{1,4}) active and (?<backups>\d{1,4}) backup servers left\./,
      'a server of a proxy fails its health checks',
    ],
  }),
  ...from('haproxy/haproxy:src/mworker.c', {
    'haproxy/started': [
      'loading success.',
      /^(?:\[NOTICE\] {1,4}\(\d{1,8}\) : )?Loading success\.$/,
      'a proxy has begun, and takes its servers to work until their first checks',
    ],
  }),
  ...from('haproxy/haproxy:src/backend.c', {
    'haproxy/no-server': [
      ' has no server available!',
      /(?:backend|proxy) '?(?<backend>[\w.-]{1,60}?)'? has no server available!/,
      'a proxy has no server left that works',
    ],
  }),
]
