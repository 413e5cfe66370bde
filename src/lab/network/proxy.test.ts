import { describe, expect, test } from 'vitest'
import { proxyFor } from '#lab/network/proxy.ts'

const env = (exempt: string): Readonly<Record<string, string>> => ({
  HTTPS_PROXY: 'http://10.0.0.2:3128',
  NO_PROXY: exempt,
})
const service = { host: '10.96.0.1', port: 443 }

describe('asked directly', () => {
  test.each([
    ['without a proxy', {}, service],
    ['a range that holds it', env('10.0.0.0/24, 10.96.0.0/12'), service],
    ['the address itself', env('10.96.0.1'), service],
    ['the address with its port', env('10.96.0.1:443'), service],
    ['everything', env('*'), service],
    ['the end of its name', env('.svc'), { host: 'kubernetes.default.svc', port: 443 }],
    ['localhost, whatever is excepted', env(''), { host: '127.0.0.1', port: 6443 }],
  ])('%s', (_, variables, target) => {
    expect(proxyFor(variables, target)).toBeUndefined()
  })
})

describe('asked through the proxy', () => {
  test.each([
    ['the exceptions hold other ranges', env('localhost,127.0.0.1,10.0.0.0/24'), service],
    ['an exception for another port', env('10.96.0.1:6443'), service],
    ['a range without its length is an address', env('10.96.0.0'), service],
    ['stars are no patterns', env('10.96.*'), service],
    ['lower case is heard', { https_proxy: 'http://10.0.0.2:3128' }, service],
  ])('%s', (_, variables, target) => {
    expect(proxyFor(variables, target)).toEqual({ host: '10.0.0.2', port: 3128 })
  })
})
