import { describe, expect, test } from 'vitest'
import { Backend, type CheckResult } from '#lab/ibm/haproxy-backend.ts'
import { haproxyConfig } from '#lab/ibm/haproxy-config.ts'

const passed: CheckResult = { isPassed: true, reason: 'Layer4 check passed', tookMs: 0.5 }
const timedOut: CheckResult = { isPassed: false, reason: 'Layer4 timeout', tookMs: 2000 }
const refused: CheckResult = {
  isPassed: false,
  reason: 'Layer4 connection problem',
  info: 'Connection refused',
  tookMs: 0.5,
}

function backend(...servers: readonly string[]) {
  const lines: string[] = []
  const text = `frontend f
    bind 172.20.0.1:2040
backend b
${servers.map((options, index) => `    server s${index} 10.0.0.${index}:30526 ${options}`).join('\n')}
`
  const config = haproxyConfig(text)
  if (config === undefined) throw new Error('it can be read')
  const made = new Backend(config, (line) => lines.push(line))
  return {
    lines,
    next: () => made.next()?.config.name,
    check: (place: number, ...results: readonly CheckResult[]) => {
      const server = made.servers[place]
      if (server === undefined) throw new Error(`there is a server ${place}`)
      for (const each of results) made.checked(server, each)
    },
  }
}

test('the first check that fails takes a server down, after one that succeeded it takes three', () => {
  const { check, next } = backend('check')
  check(0, passed, timedOut, timedOut)
  expect(next()).toBe('s0')
  check(0, timedOut)
  expect(next()).toBeUndefined()
  const fresh = backend('check')
  fresh.check(0, timedOut)
  expect(fresh.next()).toBeUndefined()
})

test('two checks in a row bring a server up again', () => {
  const { check, next } = backend('check')
  check(0, timedOut, passed, timedOut, passed)
  expect(next()).toBeUndefined()
  check(0, passed)
  expect(next()).toBe('s0')
})

test('so many as its line says', () => {
  const { check, next } = backend('check inter 5s fall 1 rise 1')
  check(0, passed, timedOut)
  expect(next()).toBeUndefined()
  check(0, passed)
  expect(next()).toBe('s0')
})

test('a server without checks is up', () => {
  const { check, next } = backend('')
  check(0, timedOut, timedOut, timedOut)
  expect(next()).toBe('s0')
})

test('connections go in turns to those that are up, and to the first backup that is when none of them is', () => {
  const { check, next } = backend('check', 'check', 'check backup', 'check backup')
  expect([next(), next(), next()]).toEqual(['s0', 's1', 's0'])
  check(0, timedOut)
  expect([next(), next()]).toEqual(['s1', 's1'])
  check(1, timedOut)
  expect([next(), next()]).toEqual(['s2', 's2'])
  check(2, timedOut)
  expect(next()).toBe('s3')
})

describe('what it says', () => {
  test.each<readonly [string, readonly string[], readonly (readonly [number, CheckResult])[], string]>([
    [
      'of an active server with a backup',
      ['check', 'check backup'],
      [[0, timedOut]],
      '[WARNING]  (1) : Server b/s0 is DOWN, reason: Layer4 timeout, check duration: 2000ms. 0 active and 1 backup servers left. Running on backup. 0 sessions active, 0 requeued, 0 remaining in queue.\n',
    ],
    [
      'of a backup',
      ['check', 'check backup'],
      [[1, refused]],
      '[WARNING]  (1) : Backup Server b/s1 is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms. 1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.\n',
    ],
    [
      'of the last',
      ['check'],
      [[0, timedOut]],
      '[WARNING]  (1) : Server b/s0 is DOWN, reason: Layer4 timeout, check duration: 2000ms. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.\n' +
        "[ALERT]    (1) : backend 'b' has no server available!\n",
    ],
  ])('%s that goes down', (_, servers, checks, says) => {
    const { check, lines } = backend(...servers)
    for (const [place, result] of checks) check(place, result)
    expect(lines.join('')).toBe(says)
  })

  test('of one that comes back', () => {
    const { check, lines } = backend('check', 'check backup')
    check(0, timedOut, passed, passed, passed)
    expect(lines.slice(1)).toEqual([
      '[WARNING]  (1) : Server b/s0 is UP, reason: Layer4 check passed, check duration: 0ms. 1 active and 1 backup servers online. 0 sessions requeued, 0 total in queue.\n',
    ])
  })
})
