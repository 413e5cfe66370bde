/** Errors that every client of the Kubernetes API words alike: the inner errors of many other messages. */
import { from } from '#cluster/messages/entries.ts'

export const apiEntries = [
  ...from('kubernetes/apiserver:pkg/authorization/authorizer/rbac.go', {
    'api/forbidden': [
      'is forbidden: user ',
      /is forbidden: User \\?"(?<user>[^"\\]+)\\?" cannot (?<verb>\w+) resource \\?"(?<resource>[^"\\]+)\\?" in API group \\?"(?<group>[^"\\]*)\\?"(?: (?:at the cluster scope|in the namespace \\?"(?<namespace>[^"\\]+)\\?"))?/,
      'an account lacks a right',
    ],
  }),
  ...from('kubernetes/apimachinery:pkg/api/errors/errors.go', {
    'api/admission-denied': [
      'admission webhook ',
      /admission webhook \\?"(?<webhook>[^"\\]+)\\?" denied the request(?:: (?<error>.+))?/,
      'an admission webhook refuses the request',
    ],
    'api/webhook-failed': [
      'failed calling webhook ',
      /failed calling webhook \\?"(?<webhook>[^"\\]+)\\?": (?<error>.+)/,
      'an admission webhook cannot be reached',
    ],
    'api/resource-unknown': [
      'the server could not find the requested resource',
      /the server could not find the requested resource(?: \((?<request>[^)]+)\))?/,
      'the API server does not know this kind of resource: its CRD is missing',
    ],
    'api/not-found': [
      '" not found',
      /(?<resource>[\w.]{1,120}) \\?"(?<name>[^"\\]{1,253})\\?" not found/,
      'the object is not there',
    ],
    'api/pod-security-violated': [
      'violates podsecurity ',
      /violates PodSecurity \\?"(?<level>[^"\\]+)\\?": (?<error>.+)/,
      'the namespace’s pod security level forbids the pod',
    ],
  }),
  ...from('golang/go:src/crypto/x509/verify.go', {
    'tls/unknown-authority': [
      'x509: certificate signed by unknown authority',
      /x509: certificate signed by unknown authority/,
      'the server’s certificate is not signed by the authority that the client knows',
    ],
    'tls/expired': [
      'x509: certificate has expired or is not yet valid',
      /x509: certificate has expired or is not yet valid(?:: current time (?<now>\S+) is (?<side>after|before) (?<limit>\S+))?/,
      'a certificate is out of its time, or a clock is wrong',
    ],
    'tls/wrong-name': [
      'x509: ',
      /x509: (?:certificate is valid for (?<names>.+?), not (?<wanted>\S+)|cannot validate certificate for (?<wanted2>\S+) because it doesn't contain any IP SANs)/,
      'the server’s certificate does not hold the name or address that was dialled',
    ],
  }),
  ...from('golang/go:src/net/net.go', {
    'net/dial-failed': [
      'dial tcp ',
      /dial tcp (?<address>\[?[\w.:-]{1,120}?\]?):(?<port>\d{1,5}): (?:connect: )?(?<error>connection refused|no route to host|i\/o timeout|network is unreachable|connection reset by peer|connection timed out|host is unreachable)/i,
      'a TCP connection could not be made',
    ],
    'net/lookup-failed': [
      'lookup ',
      /lookup (?<name>[\w.-]{1,253})(?: on (?<server>\S+?))?: (?<error>no such host|i\/o timeout|server misbehaving)/,
      'a name could not be resolved',
    ],
  }),
]
