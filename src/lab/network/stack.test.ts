import { describe, expect, test } from 'vitest'
import type { NetStack } from '#lab/network/ports.ts'
import { podBed } from '#lab/network/test-bed.ts'

const set = (net: NetStack, name: string): Promise<void> => net.apply([{ op: 'sysctl', name, value: '1' }])

describe('a namespace', () => {
  test('forgets the parameters of a link that goes, and keeps those of others', async () => {
    const { a } = await podBed()
    await a.apply([{ op: 'link-add', name: 'calipodA.5', kind: 'dummy' }])
    for (const link of ['calipodA', 'calipodA.5']) await set(a, `net.ipv4.conf.${link}.rp_filter`)
    await a.apply([{ op: 'link-del', name: 'calipodA' }])
    await a.apply([{ op: 'link-add', name: 'calipodA', kind: 'dummy' }])
    expect(a.sysctl('net.ipv4.conf.calipodA.rp_filter')).toBe('0')
    expect(a.sysctl('net.ipv4.conf.calipodA.5.rp_filter')).toBe('1')
  })

  test('shows the same list of links until one says something else', async () => {
    const { a } = await podBed()
    const before = a.links()
    await set(a, 'net.ipv4.conf.calipodA.rp_filter')
    expect(a.links()).toBe(before)
    await a.apply([{ op: 'link-set', name: 'calipodA', up: false }])
    const after = a.links()
    expect(after.filter((link, i) => link !== before[i])).toMatchObject([{ name: 'calipodA', up: false }])
  })
})
