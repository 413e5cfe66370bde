import { describe, expect, test } from 'vitest'
import { baseOs, hostPrograms } from '#lab/host/os.ts'
import { testMachine } from '#lab/host/testing.ts'

const machine = () =>
  testMachine({
    programs: hostPrograms,
    tree: [
      ...baseOs({ hostname: 'k8s-worker-01' }),
      {
        path: '/lib/systemd/system/quiet.service',
        kind: 'file',
        text: '[Unit]\nDescription=Quiet\n[Service]\nExecStart=sleep infinity\n',
      },
    ],
  })

const path = '/etc/systemd/system/quiet.service.d/override.conf'
const dropIn = "printf '[Unit]\\nDescription=Loud\\n'"

describe('systemctl edit', () => {
  test.each([
    ['takes a drop-in from standard input', `${dropIn} | systemctl edit --stdin quiet`],
    [
      'takes one from a command in place of an editor',
      `${dropIn} | SYSTEMD_EDITOR=tee systemctl edit quiet >/dev/null`,
    ],
  ])('%s, and revert takes it away', async (_, command) => {
    const { sh } = await machine()
    const describes = 'systemctl show -p Description --value quiet'
    expect(await sh(command)).toMatchObject({
      code: 0,
      stderr: `Successfully installed edited file '${path}'.\n`,
    })
    expect((await sh(`cat ${path}; ${describes}`)).stdout).toBe('[Unit]\nDescription=Loud\nLoud\n')
    expect((await sh('systemctl revert quiet')).stderr).toBe(
      `Removed ${path}.\nRemoved /etc/systemd/system/quiet.service.d.\n`,
    )
    expect((await sh(`ls /etc/systemd/system | grep quiet; ${describes}`)).stdout).toBe('Quiet\n')
  })

  test('--full makes a copy, which revert takes away; the unit of the distribution stays', async () => {
    const { sh } = await machine()
    await sh('sed s/Quiet/Copy/ /lib/systemd/system/quiet.service | systemctl edit --full --stdin quiet')
    expect((await sh('systemctl cat quiet')).stdout).toMatch(
      /^# \/etc\/systemd\/system\/quiet\.service\n.*\nDescription=Copy/,
    )
    await sh('systemctl revert quiet')
    expect((await sh('systemctl cat quiet')).stdout).toMatch(/^# \/lib\/systemd\/system\/quiet\.service\n/)
    expect((await sh('systemctl revert quiet')).stderr).toBe('')
  })

  test.each([
    [
      'needs an editor',
      'systemctl edit quiet',
      'No editor available. Please set either $SYSTEMD_EDITOR, $EDITOR or $VISUAL.',
    ],
    ['needs a unit', 'systemctl edit --stdin nope </dev/null', 'No files found for nope.service.'],
  ])('%s', async (_, command, says) => {
    const { sh } = await machine()
    const { code, stderr } = await sh(command)
    expect(code).toBe(1)
    expect(stderr).toContain(says)
  })
})
