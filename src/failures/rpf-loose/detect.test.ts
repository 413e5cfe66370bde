import { describe, expect, test } from 'vitest'
import { factsOf } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/rpf-loose/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const fatal =
  "2020-01-02 03:04:05.678 [FATAL][51] int_dataplane.go 1041: Kernel's RPF check is set to 'loose'.  This would allow endpoints to spoof their IP address."

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['in Felix’s log', fatal, 'confirmed'],
    [
      'in the log of Python Felix',
      "2016-02-03 04:05:06,789 [CRITICAL][99/4] calico.felix.devices 70: Kernel's RPF check is set to 'loose'.",
      'confirmed',
    ],
    ['in its traceback', "BadKernelConfig: net.ipv4.conf.all.rp_filter set to 'loose'", 'confirmed'],
    [
      'the filter and an old Calico',
      'net.ipv4.conf.all.rp_filter = 2\n\nimage: calico/node:v3.9.2',
      'likely',
    ],
    ['what cured it', 'calico-node crashed at start. Setting FELIX_IGNORELOOSERPF=true fixed it.', 'likely'],
    [
      'the filter, beside a calico-node that is not ready',
      'calico-node-7k2xp   0/1   CrashLoopBackOff   9   20m\n\nnet.ipv4.conf.all.rp_filter = 2',
      'possible',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['the filter alone: many systems come with it', 'net.ipv4.conf.all.rp_filter = 2'],
    ['a strict filter and an old Calico', 'net.ipv4.conf.all.rp_filter = 1\n\nimage: calico/node:v3.9.2'],
    ['another key', 'net.ipv4.conf.default.rp_filter = 2\n\nimage: calico/node:v3.9.2'],
    ['a Calico that does not mind', 'net.ipv4.conf.all.rp_filter = 2\n\nimage: quay.io/calico/node:v3.27.3'],
    ['an old Calico that was told to ignore it', 'FELIX_IGNORELOOSERPF=true\n\nimage: calico/node:v3.9.2'],
    ['it was tried, and changed nothing', 'We set FELIX_IGNORELOOSERPF=true, no change.'],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

test('a healthy node with a loose filter is nothing to report', () => {
  const facts = factsOf({
    settings: [{ of: 'sysctl', name: 'net.ipv4.conf.all.rp_filter', value: '2', node: 'w1' }],
    versions: [{ of: 'calico/node', version: 'v3.29.1' }],
  })
  const { causes, preventive } = diagnose(facts, [mode])
  expect([...causes, ...preventive]).toEqual([])
})

test('without Felix’s own words it is no more than likely', () => {
  const around = 'net.ipv4.conf.all.rp_filter = 2\n\nimage: calico/node:v3.8.4'
  expect(foundIn(`${around}\n\n${fatal}`, mode)).toBe('confirmed')
  expect(foundIn(around, mode)).toBe('likely')
})
