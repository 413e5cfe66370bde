import { expect, test } from 'vitest'
import { chainAccepted, portOpened, protocolOpened, settingChanged } from '#cluster/attempts.ts'

const set = (after: string) => settingChanged({ act: 'set-setting', outcome: 'cured', after })
const opened = (after: string) => portOpened({ act: 'open-port', outcome: 'cured', after })

test.each([
  ['FELIX_VXLANPORT=4799', 'vxlanport', '4799'],
  ['vxlanPort=4799', 'vxlanport', '4799'],
  [
    'spec.featureDetectOverride=ChecksumOffloadBroken=true',
    'featuredetectoverride',
    'ChecksumOffloadBroken=true',
  ],
])('%s sets %s', (after, name, value) => expect(set(after)).toEqual({ name, value }))

test('a change of something else is no setting', () => {
  expect(settingChanged({ act: 'change-mtu', outcome: 'cured', after: '1400' })).toBeUndefined()
  expect(set('4799')).toBeUndefined()
})

test.each([
  ['4789/udp', 4789],
  ['udp/4789', 4789],
  ['179', 179],
  ['protocol 4', undefined],
])('%s opens %s', (after, port) => expect(opened(after)).toBe(port))

test('protocols and chains', () => {
  expect(protocolOpened({ act: 'open-port', outcome: 'cured', after: 'protocol 4' })).toBe('4')
  expect(protocolOpened({ act: 'open-port', outcome: 'cured', after: 'ipencap' })).toBe('ipencap')
  expect(chainAccepted({ act: 'allow-in-firewall', outcome: 'cured', after: 'INPUT ACCEPT' })).toBe('INPUT')
  expect(chainAccepted({ act: 'allow-in-firewall', outcome: 'cured', after: 'trusted' })).toBeUndefined()
})
