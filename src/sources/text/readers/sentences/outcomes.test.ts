import { expect, test } from 'vitest'
import { rows } from '#sources/text/readers/testing.ts'

test.each<[string, readonly object[]]>([
  ['We disabled WireGuard. Since then it is stable.', [{ act: 'disable-wireguard', outcome: 'cured' }]],
  ['We raised the MTU to 9000. Since then pods cannot reach the API server.', [{ outcome: 'broke' }]],
  ['We restarted containerd, the node is stable now.', [{ act: 'restart-runtime', outcome: 'cured' }]],
  ['We restarted containerd. The error has not come back.', [{ act: 'restart-runtime', outcome: 'cured' }]],
  ['We restarted containerd. The error came back.', [{ act: 'restart-runtime', outcome: 'unknown' }]],
])('%s', (text, expected) => {
  expect(rows(text, 'attempts')).toMatchObject(expected)
})
