import { beforeAll, describe, expect, test } from 'vitest'
import { Lab } from '#lab/lab.ts'

const worker = 'k8s-worker-01'

describe.sequential('managers that interfere', () => {
  let lab: Lab
  const sh = async (script: string, node = worker) => {
    const { stdout, stderr } = await lab.run(node, ['bash', '-c', script])
    return stdout + stderr
  }
  beforeAll(async () => {
    lab = await Lab.boot({ seed: 'managers', nodes: 3 })
  })
  const podRoutes = 'ip route | grep -c "dev cali"'

  test('they are installed and switched off', async () => {
    expect(await sh('systemctl is-enabled firewalld NetworkManager')).toBe('disabled\ndisabled\n')
    expect(await sh('firewall-cmd --state')).toBe('not running\n')
  })

  test('firewalld refuses what is forwarded to pods, behind the chains of Calico, and lets go when it is stopped', async () => {
    await sh('systemctl start firewalld')
    await lab.advance(180_000) // firewalld has flushed Felix's rules, too: they come back at its next refresh
    const forward = (await sh('iptables -S FORWARD')).split('\n')
    const at = (text: string) => forward.findIndex((line) => line.includes(text))
    expect(at('-j cali-FORWARD')).toBeGreaterThan(-1)
    expect(at('-j cali-FORWARD')).toBeLessThan(at('icmp-host-prohibited'))
    expect(at('icmp-host-prohibited')).toBeLessThan(at('Policy explicitly accepted packet.'))
    expect(await sh('nc -zvw2 10.0.0.21 179', 'k8s-worker-02')).toBe(
      'nc: connect to 10.0.0.21 port 179 (tcp) failed: No route to host\n',
    )
    await sh('systemctl stop firewalld')
    expect(await sh('iptables -S | grep -c host-prohibited')).toBe('0\n')
    await lab.advance(180_000)
    expect(await sh('nc -zvw2 10.0.0.21 179', 'k8s-worker-02')).toContain('succeeded')
  })

  test('NetworkManager takes the routes of pods away after its time-out', async () => {
    const before = await sh(podRoutes)
    await sh('systemctl start NetworkManager')
    await lab.advance(46_000)
    expect(Number(await sh(podRoutes))).toBeLessThan(Number(before))
    expect(await sh('journalctl -u NetworkManager -o cat')).toMatch(
      /device \(cali\w+\): state change: ip-config -> failed/,
    )
    await sh('systemctl stop NetworkManager')
    await lab.advance(120_000)
    expect(await sh(podRoutes)).toBe(before)
  })

  test('Felix sees that a route is gone when it looks at all of them again, and not because something else changed', async () => {
    const before = await sh(podRoutes)
    await sh("ip route del $(ip route | awk '/dev cali/ { print $1; exit }')")
    await sh('kubectl -n shop label pods --all looked=at', 'k8s-control-01')
    await lab.advance(2000)
    expect(Number(await sh(podRoutes))).toBe(Number(before) - 1)
    await lab.advance(90_000)
    expect(await sh(podRoutes)).toBe(before)
  })

  test('and leaves alone what its configuration calls unmanaged', async () => {
    const before = await sh(podRoutes)
    await sh(
      'printf "[keyfile]\\nunmanaged-devices=interface-name:cali*\\n" > /etc/NetworkManager/conf.d/calico.conf; systemctl start NetworkManager',
    )
    await lab.advance(100_000)
    expect(await sh(podRoutes)).toBe(before)
    expect(await sh('nmcli device | grep cali')).not.toContain('connecting')
  })
})
