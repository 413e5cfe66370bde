import { expect, test } from 'vitest'
import { baseOs, hostPrograms } from '#lab/host/os.ts'
import { testMachine } from '#lab/host/testing.ts'

const booted = (o = {}) =>
  testMachine({ tree: baseOs({ hostname: 'k8s-worker-01' }), programs: hostPrograms, ...o })

test('boots', async () => {
  const { sh, run } = await booted()
  console.log(
    await sh(
      'ps aux; ls -la /; systemctl status; systemctl list-units --all; journalctl; cat /proc/mounts; id; stat /run; df -h; free; sysctl -a; uptime; echo $HOME; systemctl status systemd-tmpfiles-setup; ls -l /run',
    ),
  )
  console.log(await run(['systemctl', 'reboot']))
  expect(1).toBe(1)
})
