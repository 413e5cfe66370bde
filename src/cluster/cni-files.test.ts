import { describe, expect, test } from 'vitest'
import { cniFiles, cniMounts, isCalicosFileGone, isOfCni } from '#cluster/cni-files.ts'
import { factsOf } from '#cluster/testing/facts.ts'

const file = (path: string, exists = true) => ({ node: 'w1', path, exists })
const mount = (path: string, options: readonly string[], toldBy: 'fstab' | 'mounted' = 'mounted') => ({
  node: 'w1',
  path,
  options,
  toldBy,
})

describe('configurations', () => {
  test('come in the order in which a runtime takes them, whoever shows them', () => {
    const facts = factsOf({
      hostPaths: [
        file('/etc/cni/net.d/10-calico.conflist'),
        file('/host/etc/cni/net.d/05-other.conf'),
        file('/etc/cni/net.d/99-loopback.conf'),
      ],
    })
    expect(cniFiles(facts).map(({ name, isCalicos, isHelper }) => [name, isCalicos, isHelper])).toEqual([
      ['05-other.conf', false, false],
      ['10-calico.conflist', true, false],
      ['99-loopback.conf', false, true],
    ])
  })

  test.each<[string, string]>([
    ['a kubeconfig', '/etc/cni/net.d/calico-kubeconfig'],
    ['a copy with another ending', '/etc/cni/net.d/10-flannel.conflist.bak'],
    ['a file of another folder', '/etc/cni/net.d/whereabouts.d/x.conf'],
    ['a program', '/opt/cni/bin/calico'],
  ])('%s is none', (_, path) => {
    expect(cniFiles(factsOf({ hostPaths: [file(path)] }))).toEqual([])
  })

  test('one that is not there is known as gone', () => {
    const facts = factsOf({ hostPaths: [file('/etc/cni/net.d/10-calico.conflist', false)] })
    expect(isCalicosFileGone(facts, 'w1')).toBe(true)
    expect(isCalicosFileGone(facts, 'w2')).toBe(false)
  })
})

test('paths of the installer, inside its container and on the host', () => {
  expect(['/host/opt/cni/bin/portmap', '/etc/cni/net.d', '/opt/cni'].map(isOfCni)).toEqual([true, true, true])
  expect(['/opt/cnibin', '/etc/kubernetes', '/opt'].map(isOfCni)).toEqual([false, false, false])
})

describe('mounts', () => {
  const nearest = (...mounts: readonly ReturnType<typeof mount>[]) =>
    cniMounts(factsOf({ mounts }))
      .filter(({ folder }) => folder === '/opt/cni/bin')
      .map(({ row }) => row.path)

  test('the nearest above a folder counts', () => {
    expect(nearest(mount('/', ['rw']), mount('/opt', ['rw', 'noexec']))).toEqual(['/opt'])
  })

  test('a mount beside it does not', () => {
    expect(nearest(mount('/var', ['noexec']))).toEqual([])
    expect(nearest(mount('/opt/cnibin', ['noexec']))).toEqual([])
  })
})
