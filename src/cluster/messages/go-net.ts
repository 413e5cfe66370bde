/** Errors of Go's network, TLS and HTTP libraries: the inner errors of most messages here, whoever prints them. */
import { from } from '#cluster/messages/entries.ts'

export const netEntries = [
  ...from('golang/go:src/net/net.go', {
    'dial/timeout': [
      'dial tcp ',
      /dial tcp (?:\S{3,80}?->)?(?<address>\[?[\w.:%-]{1,120}?\]?):(?<port>\d{1,5}): (?:(?:connect|getsockopt): )?(?<error>i\/o timeout|connection timed out|operation timed out)/i,
      'nothing answered a TCP connection: packets are dropped, or the other end is gone',
    ],
    'dial/refused': [
      'connection refused',
      /dial tcp (?:\S{3,80}?->)?(?<address>\[?[\w.:%-]{1,120}?\]?):(?<port>\d{1,5}): (?:(?:connect|getsockopt): )?connection refused/i,
      'the machine answers and nobody listens there, or a firewall rejects',
    ],
    'dial/no-route': [
      'dial tcp ',
      /dial tcp (?:\S{3,80}?->)?(?<address>\[?[\w.:%-]{1,120}?\]?):(?<port>\d{1,5}): (?:(?:connect|getsockopt): )?(?<error>no route to host|host is unreachable|host is down)/i,
      'a neighbour does not answer to ARP, a router says so, or a firewall rejects',
    ],
    'dial/unreachable': [
      'network is unreachable',
      /dial tcp (?:\S{3,80}?->)?(?<address>\[?[\w.:%-]{1,120}?\]?):(?<port>\d{1,5}): (?:(?:connect|getsockopt): )?network is unreachable/i,
      'the machine has no route to this address',
    ],
    'dial/not-permitted': [
      'dial tcp ',
      /dial tcp (?:\S{3,80}?->)?(?<address>\[?[\w.:%-]{1,120}?\]?):(?<port>\d{1,5}): (?:(?:connect|getsockopt): )?(?<error>operation not permitted|permission denied|invalid argument|cannot assign requested address|address not available)/i,
      'this machine itself refuses the connection: a rule on its way out, or no address to use',
    ],
    'dial/reset': [
      'connection reset by peer',
      /(?:dial|read|write) tcp (?:(?<local>\S{3,80}?)->)?(?<address>\[?[\w.:%-]{1,120}?\]?):(?<port>\d{1,5}): (?:(?:connect|read|write|getsockopt): )?connection reset by peer/i,
      'the other end, or something on the way, cut the connection',
    ],
    'net/read-timeout': [
      ': i/o timeout',
      /read (?<protocol>tcp|udp) (?<local>\S{3,80}?)->(?<address>\[?[\w.:%-]{1,120}?\]?):(?<port>\d{1,5}): i\/o timeout/,
      'an answer did not come in time',
    ],
    'dial/unix-failed': [
      'dial unix ',
      /dial unix (?<path>[@/][^\s:"\\]{0,200}): connect: (?<error>no such file or directory|connection refused|permission denied|resource temporarily unavailable)/,
      'a program’s socket on this machine cannot be used',
    ],
    // Any of the above, for those who ask only whether a connection could be made.
    'net/dial-failed': [
      'dial tcp ',
      /dial tcp (?:\S{3,80}?->)?(?<address>\[?[\w.:%-]{1,120}?\]?):(?<port>\d{1,5}): (?:(?:connect|getsockopt): )?(?<error>connection refused|no route to host|i\/o timeout|network is unreachable|connection reset by peer|connection timed out|operation timed out|host is unreachable|host is down|operation not permitted|permission denied|invalid argument|cannot assign requested address|address not available)/i,
      'a TCP connection could not be made',
    ],
    'net/listen-in-use': [
      'bind: address already in use',
      /listen (?<protocol>tcp[46]?|udp[46]?) (?<address>\S{0,80}?):(?<port>\d{1,5}): bind: address already in use/,
      'another program has the port',
    ],
    'net/listen-no-address': [
      'bind: cannot assign requested address',
      /listen (?<protocol>tcp[46]?|udp[46]?) (?<address>\S{0,80}?):(?<port>\d{1,5}): bind: cannot assign requested address/,
      'a program was told to listen on an address that this machine does not have, or not any more',
    ],
    'net/interface-unknown': [
      'no such network interface',
      /(?:route ip\+net: )?no such network interface/,
      'an interface that was asked for does not exist',
    ],
  }),
  ...from('golang/go:src/net/dnsclient_unix.go', {
    'dns/lookup-failed': [
      'lookup ',
      /lookup (?<name>[\w.-]{1,253})(?: on (?<server>\S{2,80}?))?: (?:(?:read|write|dial) udp \S{3,120}: )?(?:(?:read|write|connect): )?(?<error>no such host|i\/o timeout|connection refused|server misbehaving|network is unreachable|no route to host|operation not permitted|Temporary failure in name resolution|Try again|device or resource busy)/,
      'a name could not be resolved',
    ],
    // The older, narrower name.
    'net/lookup-failed': [
      'lookup ',
      /lookup (?<name>[\w.-]{1,253})(?: on (?<server>\S+?))?: (?<error>no such host|i\/o timeout|server misbehaving)/,
      'a name could not be resolved',
    ],
  }),
  ...from('golang/go:src/crypto/x509/verify.go', {
    'tls/unknown-authority': [
      'x509: certificate signed by unknown authority',
      /x509: certificate signed by unknown authority(?: \(possibly because of .{1,160}?candidate authority certificate \\{0,3}"(?<authority>[^"\\]+))?/,
      'the server’s certificate is not signed by the authority that the client knows',
    ],
    'tls/expired': [
      'x509: certificate has expired or is not yet valid',
      /x509: certificate has expired or is not yet valid(?:: current time (?<now>\S+) is (?<side>after|before) (?<limit>[\w:+-]+))?/,
      'a certificate is out of its time, or a clock is wrong',
    ],
    'tls/wrong-name': [
      'x509: ',
      /x509: (?:certificate is valid for (?<names>.+?), not (?<wanted>[^\s"\\]+)|cannot validate certificate for (?<wanted2>\S+) because it doesn't contain any IP SANs|certificate is not valid for any names, but wanted to match (?<wanted3>[^\s"\\]+))/,
      'the server’s certificate does not hold the name or address that was dialled',
    ],
    'tls/legacy-common-name': [
      'certificate relies on legacy common name',
      /x509: certificate relies on legacy Common Name field, use SANs/,
      'the server’s certificate has no alternative names: programs of today refuse it',
    ],
  }),
  ...from('golang/go:src/crypto/tls/conn.go', {
    'tls/handshake-timeout': [
      'tls handshake timeout',
      /TLS handshake timeout/,
      'TCP works and the TLS handshake does not end: large packets are lost (MTU), or the other end is overloaded',
    ],
    'tls/remote-error': [
      'remote error: tls: ',
      /remote error: tls: (?<alert>bad certificate|[a-z][a-z ]{3,60}[a-z])/,
      'the other end refused this end’s certificate or its TLS',
    ],
    'tls/not-tls': [
      'first record does not look like a tls handshake',
      /tls: first record does not look like a TLS handshake/,
      'what answers does not speak TLS',
    ],
    'tls/key-mismatch': [
      'tls: private key ',
      /tls: private key (?:type )?does not match public key(?: type)?/,
      'a certificate and its key do not belong together',
    ],
    'tls/pem-missing': [
      'failed to find any pem data in ',
      /failed to find any PEM data in (?<what>certificate|key) input/,
      'a file of a certificate or key is empty or damaged',
    ],
  }),
  ...from('golang/go:src/net/http/transport.go', {
    'http/proxy-unreachable': [
      'proxyconnect tcp: ',
      /proxyconnect tcp: (?<error>[^"\n]+)/,
      'the proxy that the environment names cannot be used',
    ],
    // Go keeps only the words of the status line that a proxy gave to CONNECT. Nothing longer is common to all of them.
    'http/answer': [
      '://',
      /\b(?:Get|Head|Post|Put|Patch|Delete) \\{0,3}"?(?<url>https?:\/\/[^"\\ ]{1,300}?)\\{0,3}"?: (?<status>Forbidden|Service (?:Temporarily )?Unavailable|Bad Gateway|Gateway Time-?out|Bad Request|Method Not Allowed|Internal Server Error|Tunnel Connection Failed|Proxy Authentication Required)(?=$|["\\\s).,;\]])/i,
      'a proxy answered in place of the server that was asked',
    ],
    'http/awaiting-headers': [
      'exceeded while awaiting headers',
      /Client\.Timeout exceeded while awaiting headers/,
      'the server took the connection or not, and did not answer in time',
    ],
    'http/waiting-for-connection': [
      'request canceled while waiting for connection',
      /request canceled while waiting for connection/,
      'no connection came about in time',
    ],
    'http/eof': [
      ': eof',
      /\b(?:Get|Head|Post|Put|Patch|Delete) \\{0,3}"?(?<url>https?:\/\/[^"\\ ]{1,300}?)\\{0,3}"?: EOF\b/,
      'the other end closed the connection without an answer',
    ],
    'http/not-https': [
      'server gave http response to https client',
      /server gave HTTP response to HTTPS client/,
      'the server speaks HTTP where HTTPS was asked for',
    ],
    'http/connection-lost': [
      'http2: client connection lost',
      /http2: client connection lost/,
      'a long-lived connection stopped answering',
    ],
  }),
  ...from('golang/go:src/net/url/url.go', {
    'url/no-scheme': [
      ': first path segment in url cannot contain colon',
      /parse \\{0,3}"?(?<url>[^"\\\s]{1,200}?)\\{0,3}"?: first path segment in URL cannot contain colon/,
      'an address is configured without http:// or https://',
    ],
    'url/scheme-missing': [
      ': missing protocol scheme',
      /parse \\{0,3}"?(?<url>[^"\\\s]{1,200}?)\\{0,3}"?: missing protocol scheme/,
      'an address is configured without http:// or https://',
    ],
  }),
  ...from('golang/go:src/io/io.go', {
    'go/unexpected-eof': [
      'unexpected eof',
      /\bunexpected EOF\b/,
      'a connection or a file ended in the middle',
    ],
  }),
  ...from('golang/go:src/context/context.go', {
    'go/deadline-exceeded': [
      'context deadline exceeded',
      /context deadline exceeded/,
      'something was not done in the time that it was given',
    ],
  }),
]
