import { describe, expect, test } from 'vitest'
import { openShiftOf, refuseWrongPair } from '#lab/openshift-releases.ts'
import { withDefaults } from '#lab/options.ts'

describe('a release of OpenShift has one Kubernetes, and brings a Calico', () => {
  test.each([
    ['1.27.16', '4.14', 'REDHAT_8_64', '3.26.4'],
    ['1.28.15', '4.15', 'REDHAT_8_64', '3.28.5'],
    ['1.29.14+a6b193c', '4.16', 'RHEL_9_64', '3.29.6'],
    ['1.30.14', '4.17', 'RHEL_9_64', '3.29.6'],
    ['1.31.9', '4.18', 'RHCOS', '3.29.6'],
    ['1.32.6', '4.19', 'RHCOS', '3.29.6'],
  ])('%s is %s', (kubernetes, release, os, calico) => {
    const found = openShiftOf(kubernetes)
    expect(found.version).toMatch(new RegExp(`^${release.replace('.', '\\.')}\\.\\d+$`))
    expect(found.os.label).toBe(os)
    const version = kubernetes.split('+')[0] as string
    expect(withDefaults({ seed: '1', flavour: 'roks', kubernetes: version }).calico).toBe(calico)
    expect(() => refuseWrongPair({ kubernetes, calico })).not.toThrow()
  })
})

describe('what never was together is refused in one sentence, with what there is', () => {
  test.each([
    [
      'a Kubernetes of no release',
      { kubernetes: '1.26.15' },
      'no release of OpenShift in the lab has Kubernetes 1.26.15',
    ],
    [
      'a Kubernetes of two releases',
      { kubernetes: '1.33.5' },
      'no release of OpenShift in the lab has Kubernetes 1.33.5',
    ],
    [
      'a Calico that is too old',
      { kubernetes: '1.31.9', calico: '3.26.4' },
      'OpenShift 4.18 on IBM Cloud (Kubernetes 1.31) has never had Calico 3.26.4',
    ],
    [
      'a Calico that is too new, of the usual release',
      { calico: '3.31.0' },
      'OpenShift 4.14 on IBM Cloud (Kubernetes 1.27) has never had Calico 3.31.0',
    ],
  ])('%s', (_, asked, says) => {
    expect(() => withDefaults({ seed: '1', flavour: 'roks', ...asked })).toThrow(
      expect.objectContaining({ message: says, hint: expect.stringContaining('choose --') }),
    )
  })

  test('of other flavours nothing is refused', () => {
    const asked = { seed: '1', kubernetes: '1.26.15', calico: '3.31.0' }
    expect(withDefaults({ ...asked, flavour: 'iks-vpc' })).toMatchObject(asked)
  })
})
