import { expect, test } from 'vitest'
import { parseRoutes } from '#sources/live/deep/routes.ts'

test('routes with a next hop, from ip route', () => {
  const text = `default via 10.0.0.1 dev eth0
10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.23
10.244.49.64/26 via 10.0.0.22 dev eth0 proto bird
10.244.7.5 via 10.0.0.21 dev eth0 proto bird
blackhole 10.244.211.0/26 proto bird
10.244.211.3 dev cali123 scope link`
  expect(parseRoutes(text)).toEqual([
    { to: '10.244.49.64/26', via: '10.0.0.22' },
    { to: '10.244.7.5/32', via: '10.0.0.21' },
  ])
})
