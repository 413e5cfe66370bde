import { expect, test } from 'vitest'
import { pasteTime } from '#sources/text/paste-time.ts'

const nowMs = Date.UTC(2030, 0, 1)

test.each<[string, string, number]>([
  ['a log', '2025-03-04 05:06:07.890 [INFO][9] startup/startup.go 461: x', Date.UTC(2025, 2, 4, 5, 6, 7)],
  [
    'the journal alone: of the last year that is not in the future',
    'Mar 04 05:06:07 w1 kubelet[812]: x',
    Date.UTC(2029, 2, 4, 5, 6, 7),
  ],
  [
    'the journal beside a log of that day: of its year',
    '2025-03-04 05:06:07.890 [INFO][9] startup/startup.go 461: x\nMar 04 05:08:00 w1 kubelet[812]: x',
    Date.UTC(2025, 2, 4, 5, 8, 0),
  ],
  [
    'the journal beside an old date',
    'creationTimestamp: 2021-05-10T00:00:00Z\nMar 04 05:08:00 w1 kubelet[812]: x',
    Date.UTC(2029, 2, 4, 5, 8, 0),
  ],
  ['klog alone', 'E0304 05:06:07.890123       1 reflector.go:205] x', Date.UTC(2029, 2, 4, 5, 6, 8)],
  [
    'klog beside a log',
    '2025-03-04 05:06:07.890 [INFO][9] startup/startup.go 461: x\nE0601 05:06:07.890123       1 reflector.go:205] x',
    Date.UTC(2025, 2, 4, 5, 6, 7),
  ],
  [
    'the kernel’s log with times of day',
    '[Tue Mar  4 05:06:07 2025] ens3: link is down',
    Date.UTC(2025, 2, 4, 5, 6, 7),
  ],
  ['no time at all', 'calico-node is not ready', nowMs],
])('%s', (_, text, expected) => {
  expect(pasteTime(text, nowMs)).toBe(expected)
})
