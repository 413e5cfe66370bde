import { expect, test } from 'vitest'
import { parseConfig } from '#lab/calico/bird/config/parser.ts'

const refusalOf = async (text: string): Promise<string> => {
  try {
    await parseConfig('/etc/bird.cfg', () => Promise.resolve(`router id 10.0.0.21;\n${text}`))
    return 'taken'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

test.each([
  ['a filter with a prefix', 'filter f {\n  if (net ~ 10.244.0.0/16) then accept;\n  reject;\n}\n', 'taken'],
  [
    'a filter with bits behind the length',
    'filter f {\n  if (net ~ 10.244.7.0/16) then accept;\n  reject;\n}\n',
    'Invalid network prefix: 10.244.7.0/16.',
  ],
  [
    'a static route with bits behind the length',
    'protocol static {\n  route 10.244.0.1/26 blackhole;\n}\n',
    'Invalid prefix',
  ],
])('%s', async (_, text, says) => {
  expect(await refusalOf(text)).toContain(says)
})
