/** Lines of programs and people that have nothing to do with any trouble of Calico's. */
const kinds: readonly ((n: number) => string)[] = [
  (n) =>
    `2025-03-04T05:${two(n / 60)}:${two(n)}.412Z INFO  [http-nio-8080-exec-${n % 10}] c.e.shop.OrderController : order ${4000 + n} accepted`,
  (n) =>
    `I0304 05:${two(n / 60)}:${two(n)}.118231       1 httplog.go:132] "HTTP" verb="GET" URI="/healthz" latency="${n % 9}.2ms" resp=200`,
  (n) =>
    `2025-03-04 05:${two(n / 60)}:${two(n)}.007 [INFO][61] felix/summary.go 100: Summarising ${n % 40} dataplane reconciliation loops over 1m2.${n % 9}s: avg=7ms longest=21ms ()`,
  (n) =>
    `Mar 04 05:${two(n / 60)}:${two(n)} build-host CRON[${9000 + n}]: pam_unix(cron:session): session opened for user root`,
  (n) =>
    `level=info ts=2025-03-04T05:${two(n / 60)}:${two(n)}.5Z caller=compact.go:519 component=tsdb msg="write block" mint=${n} maxt=${n + 1}`,
  (n) => `"GET /static/app-${n}.js HTTP/1.1" 200 ${500 + n} "-" "Mozilla/5.0"`,
]

const two = (n: number): string => String(Math.floor(n) % 60).padStart(2, '0')

/** The same lines each time. */
export const unrelatedLines = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => (kinds[n % kinds.length] as (typeof kinds)[number])(n))
