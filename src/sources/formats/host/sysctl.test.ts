import { expect, test } from 'vitest'
import { parseSysctl } from '#sources/formats/host/sysctl.ts'

test.each([
  ['net.ipv4.ip_forward = 0', 'net.ipv4.ip_forward', '0'],
  ['ip_forward is 0 on that host', 'net.ipv4.ip_forward', '0'],
  ['net.ipv4.conf.all.rp_filter is 2', 'net.ipv4.conf.all.rp_filter', '2'],
  [
    '/proc/sys/net/ipv4/conf/all/rp_filter is 2, as the distribution has it',
    'net.ipv4.conf.all.rp_filter',
    '2',
  ],
])('%s', (line, name, value) => {
  expect(parseSysctl(line)).toMatchObject({ name, value })
})

test.each(['ip_forward', 'net.ipv4 is what it is about', 'the kernel is 5.10'])('near miss: %s', (line) => {
  expect(parseSysctl(line)).toBeUndefined()
})
