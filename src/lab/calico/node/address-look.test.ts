import { expect, test } from 'vitest'
import type { Node } from '#lab/api/objects.ts'
import { calicoLog } from '#lab/calico/log.ts'
import { addressLook } from '#lab/calico/node/address-look.ts'
import type { Process } from '#lab/host/ports.ts'

const node = { status: {} } as unknown as Node // as much as is read

/** A host whose only link has an address or none, and what is logged on it. */
function host() {
  const lines: string[] = []
  const state = {
    epoch: 0,
    nowMs: 0,
    looks: 0,
    addresses: [{ link: 'eth0', address: '10.0.0.21', prefixLength: 24 }],
  }
  const p = {
    pid: 9,
    env: {},
    get epoch() {
      return state.epoch
    },
    now: () => state.nowMs,
    stdout: { write: (text: string) => void lines.push(text.slice(11)) },
    net: {
      links: () => {
        state.looks++
        return [{ name: 'eth0', kind: 'ether', up: true }]
      },
      addresses: () => [...state.addresses],
    },
  } as unknown as Process // as much of a process as autodetection asks
  return { p, state, lines, look: addressLook(p, calicoLog(p, 'monitor-addresses')) }
}

const says = (time: string): string =>
  `${time} [INFO][9] monitor-addresses/autodetection_methods.go 103: Using autodetected IPv4 address on interface eth0: 10.0.0.21/24\n`

test('as long as nothing moves, what was found is said again without looking', () => {
  const { state, lines, look } = host()
  expect(look(node)).toBe('10.0.0.21/24')
  state.nowMs = 60_000
  expect(look(node)).toBe('10.0.0.21/24')
  expect(state.looks).toBe(1)
  expect(lines).toEqual([says('00:00:00.000'), says('00:01:00.000')])
})

test('once anything has moved it is looked for again; that there is none is never taken for granted', () => {
  const { state, lines, look } = host()
  look(node)
  state.epoch++
  state.addresses = []
  expect(look(node)).toBeUndefined()
  expect(look(node)).toBeUndefined()
  expect(state.looks).toBe(3)
  expect(lines.slice(1).map((line) => line.includes('[WARNING]'))).toEqual([true, true])
})
