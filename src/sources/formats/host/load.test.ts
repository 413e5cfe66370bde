import { describe, expect, test } from 'vitest'
import { parseLoad } from '#sources/formats/host/load.ts'

describe('figures', () => {
  test.each<[string, string, string, readonly string[]]>([
    [
      'uptime',
      ' 11:12:13 up 3 days,  4:05,  2 users,  load average: 31.42, 28.01, 17.55',
      '',
      ['load-average 31.42'],
    ],
    [
      'the first line of top, with what somebody wrote behind it',
      'top - 11:12:13 up 9 min,  1 user,  load average: 18.07, 15.20, 9.99 (2 vCPUs)',
      '',
      ['load-average 18.07', 'cpus 2'],
    ],
    [
      'the third line of top',
      '%Cpu(s): 88.1 us,  9.3 sy,  0.0 ni,  0.7 id,  1.9 wa,  0.0 hi,  0.0 si,  0.0 st',
      '',
      ['cpu-idle-percent 0.7'],
    ],
    ['nproc', '4', 'nproc', ['cpus 4']],
    ['lscpu', 'CPU(s):                          8', '', ['cpus 8']],
    ['a control group', 'nr_throttled 4711', '', ['nr_throttled 4711']],
    [
      'kubectl top nodes',
      'w7   3951m        98%    5120Mi          66%',
      '',
      ['node-cpu-percent 98', 'node-memory-percent 66'],
    ],
    [
      'kubectl top pods',
      'kube-system   calico-node-p4q8z   411m   187Mi',
      '',
      ['usage.cpu 411m', 'usage.memory 187Mi'],
    ],
  ])('%s', (_, line, command, expected) => {
    expect(parseLoad(line, command)?.map(({ name, value }) => `${name} ${value}`)).toEqual(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['a number that nobody asked nproc for', '4'],
    ['a sentence about load', 'the load average is high since yesterday'],
    ['a row of kubectl get pods', 'calico-node-p4q8z   1/1   Running   0   5d'],
    ['a row of kubectl get nodes', 'w7   Ready   <none>   41d   v1.29.4'],
  ])('%s', (_, line) => {
    expect(parseLoad(line, '')).toBeUndefined()
  })
})
