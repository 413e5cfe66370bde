import { describe, expect, test } from 'vitest'
import { parseBpfNat, parseBpfState } from '#sources/formats/bpf-services.ts'

describe('parseBpfState', () => {
  const state = (services: string, endpoints: string): string =>
    `Applying new state, {map[${services}] map[${endpoints}] zone-a}`
  test.each<[string, string, readonly string[]]>([
    [
      'with back-ends',
      state('shop/web:http:10.43.7.7:80/TCP', 'shop/web:http:[10.42.0.9:8080 10.42.1.9:8080]'),
      ['shop/web 2'],
    ],
    ['without', state('shop/web:http:10.43.7.7:80/TCP', ''), ['shop/web 0']],
    ['of others only', state('shop/web::10.43.7.7:80/TCP', 'shop/api:[10.42.0.9:8080]'), ['shop/web 0']],
    ['of IPv6', state('shop/web::[fd00::7]:80/TCP', 'shop/web:[[fd00:1::9]:8080]'), ['shop/web 1']],
    [
      'two ports of one',
      state('shop/web:a:10.43.7.7:80/TCP', 'shop/web:a:[10.42.0.9:80] shop/web:b:[10.42.0.9:81]'),
      ['shop/web 2'],
    ],
    ['another line', 'Applying new state, 12 services', []],
  ])('%s', (_, text, expected) => {
    expect(
      parseBpfState(text).map(({ namespace, name, addresses }) => `${namespace}/${name} ${addresses.length}`),
    ).toEqual(expected)
  })
})

test.each([
  ['10.43.0.1 port 443 proto 6 id 3 count 0 local 0', { front: '10.43.0.1:443', count: 0 }],
  ['fd00::1 port 53 proto 17 id 4 count 2 local 1', { front: 'fd00::1:53', count: 2 }],
  ['\t4:0\t 10.42.0.2:53', {}],
  ['10.43.0.1 is the address of the API server', undefined],
])('%s', (line, expected) => {
  expect(parseBpfNat(line)).toEqual(expected)
})
