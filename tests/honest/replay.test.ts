import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Lab } from '#lab/lab.ts'
import { Engineer } from '../support/engineer.ts'

/** The choices of the "CNI broken after node restart" drill, carried out, and what comes of each. */
const node = 'k8s-worker-03'
const others = ['k8s-control-01', 'k8s-worker-01', 'k8s-worker-02', 'k8s-worker-04']
const minute = 60_000
const packaged = 'd /run/calico 0600 10001 0'
const provisioned = 'd /run/calico 0755 10001 0'

/** Five nodes updated, one of them rebooted, five minutes later. */
async function incident(): Promise<Engineer> {
  const lab = await Lab.boot({ seed: 'replay', flavour: 'hardened' })
  onTestFinished(() => lab.shutdown())
  const engineer = new Engineer(lab)
  await engineer.update('3.29.3-2', packaged)
  await engineer.reboot(node)
  await lab.advance(5 * minute)
  await expectBroken(engineer)
  return engineer
}

async function expectBroken(engineer: Engineer): Promise<void> {
  expect((await engineer.calicoNodeLine(node))?.ready).toBe('0/1')
  expect(await engineer.shown(node, 'ip route show proto bird')).toBe('')
  const log = await engineer.logs(await engineer.calicoNode(node), '&tailLines=20')
  expect(log).toContain('Cannot create control socket /var/run/calico/bird.ctl: Permission denied')
}

async function expectCalicoWorks(engineer: Engineer): Promise<void> {
  expect((await engineer.calicoNodeLine(node))?.ready).toBe('1/1')
  expect(await engineer.birdcl(node)).toMatch(/^Mesh_10_0_0_21 .* Established/m)
  expect(await engineer.curl(node, 'k8s-worker-01')).toBe(0)
  expect(await engineer.curl('k8s-worker-01', node)).toBe(0)
}

describe('round 1', () => {
  test('A, drain the node: its pods are fine elsewhere, the node is as broken as before', async () => {
    const engineer = await incident()
    await engineer.drain(node)
    await engineer.lab.advance(minute)
    const shop = await engineer.pods({ namespace: 'shop' })
    expect(shop.map(({ spec }) => spec.nodeName)).not.toContain(node)
    const lines = await engineer.lines({ namespace: 'shop' })
    expect(lines.map(({ ready, status }) => `${ready} ${status}`)).toEqual(lines.map(() => '1/1 Running'))
    expect(lines).toHaveLength(9)
    await expectBroken(engineer)
  })

  test('A, and back again: what is scheduled there is as cut off as before', async () => {
    const engineer = await incident()
    await engineer.drain(node)
    await engineer.cordon(node, false)
    const victim = await engineer.shopPod('k8s-worker-04', 'frontend')
    await engineer.deletePod('shop', victim.metadata.name)
    await engineer.lab.advance(2 * minute)
    const [line] = await engineer.lines({ namespace: 'shop', node, label: 'app=frontend' })
    expect(line).toMatchObject({ ready: '0/1', status: 'Running' })
    expect(await engineer.curl(node, 'k8s-worker-01')).toBe(28)
  })

  test('B, look at the calico pods: one of five is in CrashLoopBackOff', async () => {
    const engineer = await incident()
    const statuses = new Set<string>()
    for (let look = 0; look < 20; look++) {
      for (const { name, ready, status } of await engineer.lines({
        namespace: 'kube-system',
        label: 'k8s-app=calico-node',
      }))
        if (name === (await engineer.calicoNode(node))) statuses.add(status)
        else expect(`${ready} ${status}`).toBe('1/1 Running')
      await engineer.lab.advance(30_000)
    }
    expect(statuses).toContain('CrashLoopBackOff')
  })

  test('C, restart kubelet: pods go on getting addresses, and nothing is better', async () => {
    const engineer = await incident()
    await engineer.shown(node, 'systemctl restart kubelet')
    const before = await engineer.shopPod(node, 'frontend')
    await engineer.deletePod('shop', before.metadata.name)
    await engineer.lab.advance(3 * minute)
    await expectBroken(engineer)
    const after = await engineer.shopPod(node, 'frontend')
    expect(after.metadata.name).not.toBe(before.metadata.name)
    expect(after.status.podIP).toMatch(/^10\.244\./)
    expect(await engineer.curl(node, 'k8s-worker-01')).toBe(28)
  })

  test("D, the node's own network: nothing is wrong with it", async () => {
    const engineer = await incident()
    expect(await engineer.shown(node, 'ip -br link show eth0')).toMatch(/^eth0 +UP/)
    for (const target of ['10.0.0.1', '10.0.0.21', '10.0.0.24'])
      expect(await engineer.shown(node, `ping -c 3 ${target}`)).toMatch(/ 0% packet loss/)
    expect(await engineer.shown('k8s-worker-01', 'ping -c 3 10.0.0.23')).toMatch(/ 0% packet loss/)
    expect(await engineer.shown(node, 'systemctl is-active kubelet')).toBe('active\n')
  })
})

describe('round 2', () => {
  test('A, chmod 755 and a new pod: it works, until the next boot', async () => {
    const engineer = await incident()
    await engineer.shown(node, 'chmod 755 /var/run/calico')
    await engineer.deletePod('kube-system', await engineer.calicoNode(node))
    await engineer.lab.advance(minute)
    await expectCalicoWorks(engineer)
    await engineer.reboot(node)
    await engineer.lab.advance(5 * minute)
    await expectBroken(engineer)
  })

  test('B, delete the pod: a new one, the same denial', async () => {
    const engineer = await incident()
    const before = await engineer.calicoNode(node)
    await engineer.deletePod('kube-system', before)
    await engineer.lab.advance(3 * minute)
    expect(await engineer.calicoNode(node)).not.toBe(before)
    await expectBroken(engineer)
  })

  test("C, reinstall Calico: the team's own manifest changes nothing", async () => {
    const engineer = await incident()
    const names = async (): Promise<readonly string[]> =>
      (await engineer.lines({ namespace: 'kube-system', label: 'k8s-app=calico-node' })).map(
        ({ name }) => name,
      )
    const before = await names()
    await engineer.applyCalico('hardened')
    await engineer.lab.advance(5 * minute)
    expect(await names()).toEqual(before)
    await expectBroken(engineer)
  })

  test('C, reinstall Calico: the stock manifest cures, and replaces every calico-node of the cluster', async () => {
    const engineer = await incident()
    const before = await Promise.all(others.map((each) => engineer.calicoNode(each)))
    await engineer.applyCalico('plain')
    await engineer.lab.advance(10 * minute)
    await expectCalicoWorks(engineer)
    for (const each of others) {
      expect(before).not.toContain(await engineer.calicoNode(each))
      expect((await engineer.calicoNodeLine(each))?.ready).toBe('1/1')
    }
    expect(await engineer.shown(node, 'stat -c %a /run/calico')).toBe('600\n')
    const page = readFileSync(
      join(import.meta.dirname, '../../src/failures/runtime-dir-permissions/README.md'),
      'utf8',
    )
    expect(page).toMatch(/_Install the stock manifest_: does cure it/)
  })

  test('D, look at the folder: a tmpfs, made anew at boot as the new file says', async () => {
    const engineer = await incident()
    expect(await engineer.shown(node, 'readlink -f /var/run/calico')).toBe('/run/calico\n')
    expect(await engineer.shown(node, 'mount')).toMatch(/^tmpfs on \/run type tmpfs /m)
    expect(await engineer.shown(node, 'cat /etc/tmpfiles.d/calico.conf')).toBe(`${packaged}\n`)
    const mode = 'stat -c "%a %u:%g" /run/calico'
    expect(await engineer.shown(node, mode)).toBe('600 10001:0\n')
    for (const each of others) {
      expect(await engineer.shown(each, mode)).toBe('755 10001:0\n')
      expect(await engineer.shown(each, 'cat /etc/tmpfiles.d/calico.conf')).toBe(`${packaged}\n`)
    }
  })
})

describe('round 3', () => {
  test('A, restore the file: outlasts a reboot, and not the next update', async () => {
    const engineer = await incident()
    await engineer.shown(
      node,
      `echo '${provisioned}' > /etc/tmpfiles.d/calico.conf && systemd-tmpfiles --create /etc/tmpfiles.d/calico.conf`,
    )
    await engineer.deletePod('kube-system', await engineer.calicoNode(node))
    await engineer.lab.advance(minute)
    await expectCalicoWorks(engineer)
    await engineer.reboot(node)
    await engineer.lab.advance(3 * minute)
    await expectCalicoWorks(engineer)
    await engineer.update('3.29.3-3', packaged)
    await engineer.lab.advance(minute)
    await expectCalicoWorks(engineer)
    await engineer.reboot(node)
    await engineer.lab.advance(5 * minute)
    await expectBroken(engineer)
  })

  test('an own file that sorts first outlasts both', async () => {
    const engineer = await incident()
    const own = '/etc/tmpfiles.d/00-platform-calico.conf'
    await engineer.shown(node, `echo '${provisioned}' > ${own} && systemd-tmpfiles --create ${own}`)
    await engineer.lab.advance(6 * minute) // nobody deletes the pod: the back-off is waited out
    await expectCalicoWorks(engineer)
    await engineer.update('3.29.3-3', packaged)
    for (let boot = 0; boot < 2; boot++) {
      await engineer.reboot(node)
      await engineer.lab.advance(3 * minute)
      await expectCalicoWorks(engineer)
    }
  })
})
