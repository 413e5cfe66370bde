import { expect, test } from 'vitest'
import { switchesSaid } from '#sources/text/readers/sentences/switches.ts'
import { wordsOf } from '#sources/text/readers/sentences/words.ts'

test.each<[string, readonly string[]]>([
  ['IP forwarding is off on the hosts.', ['net.ipv4.ip_forward=0 told']],
  ['net.ipv4.ip_forward was 0 on that machine.', ['net.ipv4.ip_forward=0 told']],
  ['In these pods IPv4 forwarding is not enabled in the container.', ['net.ipv4.ip_forward=0 pod/told']],
  ['The kernel has no IP forwarding.', ['net.ipv4.ip_forward=0 told']],
  ['IP forwarding is on everywhere.', []],
  ['DNS forwarding is disabled.', []],
  ['We are enabling IP forwarding, which was not set.', []],
  ['There is no localhost line in /etc/hosts.', ['localhost= /etc/hosts']],
  ['/etc/hosts lacks 127.0.0.1.', ['localhost= /etc/hosts']],
  ['/etc/hosts has localhost.', []],
  ['localhost does not answer, /etc/hosts is fine.', []],
])('%s', (sentence, expected) => {
  expect(switchesSaid(wordsOf(sentence)).map((row) => `${row.name}=${row.value} ${row.in}`)).toEqual(expected)
})
