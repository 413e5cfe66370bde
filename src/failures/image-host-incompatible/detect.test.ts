import { describe, expect, test } from 'vitest'
import { factsOf } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/image-host-incompatible/index.ts'
import { calicoNode } from '#failures/testing/example-cluster.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const log = '2025-03-04 05:06:07.890 [ERROR][77] felix/'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'FIPS, in a probe',
      'Liveness probe failed: crypto/fips/fips.c:154: OpenSSL internal error: FATAL FIPS SELFTEST FAILURE',
      'confirmed',
    ],
    [
      'a library that the image lacks',
      'calico-node: error while loading shared libraries: libbpf.so.1: cannot open shared object file: No such file or directory',
      'confirmed',
    ],
    [
      'a host whose C library is too old for the plugin',
      "/opt/cni/bin/calico: /lib64/libc.so.6: version `GLIBC_2.34' not found (required by /opt/cni/bin/calico)",
      'confirmed',
    ],
    [
      'another processor',
      'standard_init_linux.go:228: exec user process caused: exec format error',
      'not found',
    ],
    [
      'the plugin for another processor',
      'plugin type="calico" failed (add): fork/exec /opt/cni/bin/calico: exec format error',
      'likely',
    ],
    [
      'a processor that is too old, for some program',
      'Fatal glibc error: CPU does not support x86-64-v2',
      'likely',
    ],
    [
      'nft crashes',
      `${log}table.go 512: Failed to list nftables objects, skipping resync error=failed to run nft: signal: segmentation fault (core dumped)`,
      'confirmed',
    ],
    [
      'an illegal instruction',
      `${log}ipsets.go 300: Bad return code from 'ipset list'. error=signal: illegal instruction (core dumped) family="inet"`,
      'confirmed',
    ],
    [
      'a crash that the kernel saw',
      '[ 9912.114007] iptables-nft-sa[4711]: segfault at 8 ip 00007f2a9d0 sp 00007ffd1b8 error 4 in libnftnl.so.11.6.0[7f2a9d0+20000]',
      'confirmed',
    ],
    [
      'a crash with addresses that were blanked out',
      'calico-node[77]: segfault at 5569136 ip xxxxxxxx sp xxxxxxxx error 4 in libc.so.6[xxxxxx]',
      'confirmed',
    ],
    [
      'a crash that Python Felix saw',
      "CalledProcessError: Command '['ipset', 'list']' returned non-zero exit status -11",
      'confirmed',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test.each([
    [139, 'likely'],
    [132, 'likely'],
    [137, undefined],
    [1, undefined],
  ])('calico-node that ended with code %i', (exitCode, expected) => {
    const facts = factsOf({
      pods: [
        calicoNode(
          'w1',
          { ready: false, status: 'CrashLoopBackOff' },
          { ready: false, lastTermination: { reason: 'Error', exitCode } },
        ),
      ],
    })
    expect(diagnose(facts, [mode]).causes[0]?.confidence).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'a library of somebody else’s program',
      '/srv/shop/bin/web: error while loading shared libraries: libssl.so.1.1: cannot open shared object file: No such file or directory',
    ],
    [
      'a crash of somebody else’s program',
      '[ 9912.114007] nginx[4711]: segfault at 8 ip 00007f2a9d0 sp 00007ffd1b8 error 4 in nginx[7f2a9d0+20000]',
    ],
    [
      'a bug of Felix itself',
      'panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1653dc8]',
    ],
    [
      'an ipset that does not know a type',
      'ipset v7.11: Kernel and userspace incompatible: settype hash:ip with revision 6 not supported by userspace.',
    ],
    [
      'a missing match',
      "iptables-restore v1.8.4 (legacy): Couldn't load match `set':No such file or directory",
    ],
    [
      'a failure of a command',
      "CalledProcessError: Command '['ipset', 'list']' returned non-zero exit status 1",
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

test('without the signal the failure says nothing', () => {
  const failed = `${log}table.go 512: Failed to list nftables objects, skipping resync error=failed to run nft: `
  expect(foundIn(`${failed}signal: segmentation fault`, mode)).toBe('confirmed')
  expect(foundIn(`${failed}exit status 1`, mode)).toBe('not found')
})
