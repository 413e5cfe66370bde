import { describe, expect, onTestFinished, test } from 'vitest'
import { resources } from '#lab/api/ports.ts'
import type { LabHistory } from '#lab/history.ts'
import { Lab } from '#lab/lab.ts'

/** A lab of three nodes to which everything has happened that can come in. */
async function eventful(): Promise<Lab> {
  const lab = await Lab.boot({ seed: 'history', nodes: 3 })
  onTestFinished(() => lab.shutdown())
  const [control = '', worker = ''] = lab.nodes
  await lab.exec(worker, 'echo 1 > /root/one; sleep 0.0004')
  await lab.advance(1234.5)
  await lab.kube.create(resources.configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'note', namespace: 'default' },
  })
  await lab.addUnderlayRule({ name: 'wall', protocol: 'icmp', action: 'drop' })
  await lab.reboot(worker)
  await lab.advance(90_000)
  await lab.removeUnderlayRule('wall')
  await lab.reboot(control, { powerCut: true })
  await lab.untilWell(600_000)
  const [pod] = await lab.kube.list({ type: resources.pods, namespace: 'shop', labelSelector: 'app=db' })
  await lab.execInPod({ namespace: 'shop', pod: pod?.metadata.name ?? '', container: 'db', argv: ['id'] })
  const written: string[] = []
  const stdout = { write: (text: string) => void written.push(text) }
  const session = await lab.open(worker, { argv: ['bash'], terminal: true, stdout, stderr: stdout })
  session.type('echo typed > /root/two\n')
  session.type('sleep 100\n')
  await lab.advance(2000)
  session.signal('SIGINT')
  session.endInput()
  await lab.advance(17)
  return lab
}

const everything = (lab: Lab): unknown =>
  lab.api.state.registry.all().map(({ bucket }) => lab.api.state.store.list(bucket, {}))

describe('a history that is run again', () => {
  test('leads to the same objects and the same instant, and goes on in the same way', async () => {
    const lab = await eventful()
    // As a file would carry it.
    const copy = await Lab.replay(JSON.parse(JSON.stringify(lab.history)) as LabHistory)
    onTestFinished(() => copy.shutdown())
    expect(copy.nowMs).toBe(lab.nowMs)
    expect(everything(copy)).toEqual(everything(lab))
    expect(copy.history).toEqual(lab.history)
    for (const each of [lab, copy]) await each.advance(60_000)
    expect(everything(copy)).toEqual(everything(lab))
  })

  test('a fork goes its own way', async () => {
    const lab = await Lab.boot({ seed: 'fork', nodes: 3 })
    const fork = await lab.fork()
    onTestFinished(async () => void (await Promise.all([lab.shutdown(), fork.shutdown()])))
    await fork.exec('k8s-worker-01', 'touch /root/only-here')
    expect((await lab.run('k8s-worker-01', ['ls', '/root'])).stdout).toBe('')
    expect((await fork.run('k8s-worker-01', ['ls', '/root'])).stdout).toBe('only-here\n')
  })

  test('that leads elsewhere is refused', async () => {
    const lab = await Lab.boot({ seed: 'elsewhere', nodes: 2 })
    onTestFinished(() => lab.shutdown())
    const { history } = lab
    const wrong = { ...history, end: { ...history.end, revision: history.end.revision + 1 } }
    await expect(Lab.replay(wrong)).rejects.toThrow('took another course')
  })
})
