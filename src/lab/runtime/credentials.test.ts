import { describe, expect, test } from 'vitest'
import type { SecurityContext } from '#lab/api/objects.ts'
import { containerCredentials, procSysOf, selinuxOf } from '#lab/runtime/credentials.ts'

const of = (container: SecurityContext | undefined, pod: Readonly<Record<string, unknown>> = {}) =>
  containerCredentials({ container, pod, imageUser: undefined })

const hardened: SecurityContext = {
  runAsUser: 10001,
  runAsGroup: 0,
  capabilities: { add: ['NET_ADMIN', 'NET_BIND_SERVICE', 'NET_RAW'], drop: ['ALL'] },
}

describe('who a container is', () => {
  test('root without a word about it has the runtime’s fourteen capabilities, effective', () => {
    const { uid, effective, bounding } = of(undefined)
    expect({ uid, effective: effective.size, bounding: bounding.size }).toEqual({
      uid: 0,
      effective: 14,
      bounding: 14,
    })
    expect(effective.has('NET_ADMIN')).toBe(false)
  })

  test('privileged root may do everything', () => {
    expect(of({ privileged: true }).effective.has('SYS_ADMIN')).toBe(true)
  })

  test('a user’s added capabilities are its limit, not its rights: Kubernetes gives no ambient set', () => {
    const { uid, gid, effective, bounding, noNewPrivileges } = of(hardened)
    expect({ uid, gid, effective: [...effective], noNewPrivileges }).toEqual({
      uid: 10001,
      gid: 0,
      effective: [],
    })
    expect([...bounding].sort()).toEqual(['NET_ADMIN', 'NET_BIND_SERVICE', 'NET_RAW'])
  })

  test('without privilege escalation file capabilities and setuid give nothing', () => {
    expect(of({ ...hardened, allowPrivilegeEscalation: false }).noNewPrivileges).toBe(true)
  })

  test.each<[string, SecurityContext, boolean]>([
    ['what is dropped is gone', { capabilities: { drop: ['NET_RAW'] } }, false],
    ['a CAP_ prefix means the same', { capabilities: { drop: ['CAP_NET_RAW'] } }, false],
    ['ALL is dropped', { capabilities: { drop: ['ALL'] } }, false],
    ['added after ALL was dropped', { capabilities: { drop: ['ALL'], add: ['NET_RAW'] } }, true],
    ['ALL added but one dropped', { capabilities: { add: ['ALL'], drop: ['NET_RAW'] } }, false],
  ])('NET_RAW: %s', (_, context, expected) => {
    expect(of(context).bounding.has('NET_RAW')).toBe(expected)
  })

  test('the container’s user wins over the pod’s, the pod’s over the image’s', () => {
    const image = { uid: 3, gid: 3 }
    const uid = (container: SecurityContext, pod: object) =>
      containerCredentials({ container, pod: { ...pod }, imageUser: image }).uid
    expect([uid({ runAsUser: 1 }, { runAsUser: 2 }), uid({}, { runAsUser: 2 }), uid({}, {})]).toEqual([
      1, 2, 3,
    ])
  })

  test.each<[SecurityContext | undefined, string]>([
    [undefined, 'read-only'],
    [hardened, 'read-only'],
    [{ ...hardened, procMount: 'Unmasked' }, 'net-writable'],
    [{ privileged: true }, 'writable'],
  ])('/proc/sys of %j is %s', (context, expected) => {
    expect(procSysOf(context)).toBe(expected)
  })

  test('the container’s label wins over the pod’s, part by part', () => {
    const pod = { seLinuxOptions: { type: 'spc_t', level: 's0:c1,c2' } }
    expect(selinuxOf({ seLinuxOptions: { type: 'container_t' } }, pod)).toEqual({
      privileged: false,
      type: 'container_t',
      level: 's0:c1,c2',
    })
    expect(selinuxOf({ privileged: true }, undefined).privileged).toBe(true)
  })
})
