/** etcd as its clients see it: Calico with the etcd datastore, and the API server. */
import { from } from '#cluster/messages/entries.ts'

export const etcdEntries = [
  ...from('etcd-io/etcd:api/v3rpc/rpctypes/error.go', {
    'etcd/no-space': [
      'mvcc: database space exceeded',
      /(?:etcdserver: )?mvcc: database space exceeded/,
      'etcd’s quota is used up: it takes no writes until it is compacted and its alarm disarmed',
    ],
    'etcd/server-error': [
      'etcdserver: ',
      /etcdserver: (?<error>[a-z][\w ,'-]{3,120})/,
      'etcd answered with an error',
    ],
  }),
  ...from('etcd-io/etcd:client/v3/client.go', {
    'etcd/dial-timeout': [
      'grpc: timed out when dialing',
      /grpc: timed out when dialing/,
      'etcd did not answer: its address, its port or its certificates are wrong, or it is down',
    ],
    'etcd/retrying': [
      'retrying of unary invoker failed',
      /retrying of unary invoker failed(?:.*?target=?"?:? ?"?(?<target>[\w.:/-]{3,200}))?(?:.*?error=(?<error>.+))?/,
      'a request to etcd failed and is sent again',
    ],
    'etcd/endpoint-deadline': [
      'context deadline exceeded',
      /(?:endpoint:? ?"?(?<endpoint>https?:\/\/[^\s"]{3,120})"?|etcd-endpoints:\/\/\S{1,40}?\/(?<endpoint2>[\w.:-]{3,120})).{0,200}?context deadline exceeded/,
      'an etcd member did not answer in time',
    ],
  }),
  ...from('etcd-io/etcd:client/v2/client.go', {
    'etcd/unavailable': [
      'etcd cluster is unavailable or misconfigured',
      /client: etcd cluster is unavailable or misconfigured(?:; (?<error>.+))?/,
      'no etcd member answers',
    ],
    'etcd/no-leader': [
      ' has no leader',
      /etcd member (?<endpoint>https?:\/\/\S{3,120}) has no leader/,
      'the etcd cluster has no leader: too few members are up',
    ],
  }),
  ...from('etcd-io/etcd:server/etcdserver/server.go', {
    'etcd/slow-apply': [
      'took too long',
      /(?:apply request took too long|(?:read-only range )?request .{1,200}?took too long)/,
      'etcd is slow: its disk or its network',
    ],
    'etcd/slow-disk': ['slow fdatasync', /slow fdatasync/, 'the disk under etcd is slow'],
    'etcd/clock-difference': [
      'prober found high clock drift',
      /prober found high clock drift/,
      'the clocks of etcd’s members differ',
    ],
  }),
  ...from('grpc/grpc-go:internal/transport/http2_client.go', {
    'grpc/handshake-failed': [
      'transport: authentication handshake failed: ',
      /transport: authentication handshake failed: (?<error>[^"\\\n]+)/,
      'TLS with a gRPC server did not come about',
    ],
    'grpc/dial-failed': [
      'transport: error while dialing',
      /transport: Error while dialing:? (?<error>[^"\\\n]+)/i,
      'a gRPC server cannot be reached',
    ],
  }),
]
