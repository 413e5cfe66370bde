import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { bytesOfText } from '#base/bytes.ts'
import { resources } from '#lab/api/ports.ts'
import { type Bed, bed, control, createPod } from '#lab/kubelet/test-bed.ts'

const running = async (o: Parameters<typeof bed>[0] = {}): Promise<{ b: Bed; folder: string }> => {
  const b = await bed(o)
  await b.advance(10_000)
  const { metadata } = await createPod(b, 'web', { container: { args: ['x'] } })
  await b.advance(2000)
  return { b, folder: `/var/log/pods/default_web_${metadata.uid}` }
}

const files = (b: Bed) => b.machine(control).files
const names = async (b: Bed, path: string) => (await files(b).list(path)).map(({ name }) => name)
const instance = async (b: Bed) => {
  const { metadata } = await b.pod('web')
  const [newest] = b.runtime(control).containers(metadata.uid)
  if (newest === undefined) throw new Error('no container')
  return newest
}
const says = async (b: Bed, text: string): Promise<void> =>
  (await instance(b)).log.writer('stderr').write(`${text}\n`)

test('a container logs into a file in the format of its runtime, with a link that tells its id', async () => {
  const { b, folder } = await running()
  const path = `${folder}/main/0.log`
  const text = await files(b).read(path)
  expect(text).toMatch(/^2026-01-07T06:00:1\d\.\d{9}Z stdout F hello from web x\n$/)
  expect(await files(b).stat(path)).toMatchObject({ mode: 0o640, size: text.length })
  const [link = ''] = (await names(b, '/var/log/containers')).filter((name) => name.startsWith('web_'))
  expect(link).toBe(`web_default_main-${(await instance(b)).id}.log`)
  expect(await files(b).readlink(`/var/log/containers/${link}`)).toBe(path)
  await says(b, 'x'.repeat(16_385))
  const cut = (await files(b).read(path)).split('\n').slice(1, 3)
  expect(cut.map((line) => line.slice(30))).toEqual([` stderr P ${'x'.repeat(16_384)}`, ' stderr F x'])
  expect((await files(b).stat(path)).size).toBe((await files(b).read(path)).length)
})

test('CRI-O writes the offset of its time zone', async () => {
  const { b, folder } = await running({ brand: 'cri-o' })
  expect(await files(b).read(`${folder}/main/0.log`)).toContain('000000+00:00 stdout F hello')
})

test('an emptied file has what comes later', async () => {
  const { b, folder } = await running()
  await files(b).write(`${folder}/main/0.log`, '')
  expect(await b.logs('web')).toBe('')
  await says(b, 'later')
  expect(await b.logs('web')).toBe('later\n')
})

test('a removed file is back within ten seconds; what was written meanwhile is lost', async () => {
  const { b, folder } = await running()
  await files(b).remove(`${folder}/main/0.log`)
  await says(b, 'into the void')
  expect(await names(b, `${folder}/main`)).toEqual([])
  const why = b.runtime(control).logFiles.missing(await instance(b))
  expect(why).toBe(
    `failed to try resolving symlinks in path "${folder}/main/0.log": lstat ${folder}/main/0.log: no such file or directory`,
  )
  await b.advance(10_000)
  await says(b, 'later')
  expect(await files(b).read(`${folder}/main/0.log`)).toMatch(/^\S+ stderr F later\n$/)
})

test('a file that was moved away keeps what it has', async () => {
  const { b, folder } = await running()
  const before = await files(b).read(`${folder}/main/0.log`)
  await files(b).rename(`${folder}/main/0.log`, `${folder}/main/0.log.old`)
  await b.advance(10_000)
  expect(await names(b, `${folder}/main`)).toEqual(['0.log', '0.log.old'])
  expect(await files(b).read(`${folder}/main/0.log.old`)).toBe(before)
  expect(await files(b).read(`${folder}/main/0.log`)).toBe('')
})

test('without its directory a log is lost until the next instance, which gets a directory of its own', async () => {
  const { b, folder } = await running()
  const { usedBytes, usedInodes } = b.machine(control).disk
  await files(b).remove('/var/log/pods', { recursive: true })
  await b.advance(20_000)
  expect(await files(b).exists('/var/log/pods')).toBe(false)
  expect(b.machine(control).disk.usedInodes).toBe(usedInodes)
  expect(b.machine(control).disk.usedBytes).toBeLessThan(usedBytes)
  const server = b
    .machine(control)
    .processes()
    .find(({ argv }) => argv[0] === '/bin/server')
  await b.kill(control, server?.pid ?? 0)
  await b.advance(20_000)
  expect(await names(b, folder)).toEqual(['main'])
  expect(await files(b).read(`${folder}/main/1.log`)).toContain('hello')
})

test('the files go with the pod', async () => {
  const { b, folder } = await running()
  await b.kube.delete({ type: resources.pods, namespace: 'default', name: 'web' })
  await b.advance(60_000)
  expect(await files(b).exists(folder)).toBe(false)
})

test('a log of ten mebibytes gets another name; older ones are packed, five files stay', async () => {
  const { b, folder } = await running()
  const grows = async (letter: string): Promise<void> => {
    for (let i = 0; i < 640; i++) await says(b, letter.repeat(16_384))
    await b.advance(10_000)
  }
  await grows('a')
  const [, first = ''] = await names(b, `${folder}/main`)
  expect(first).toMatch(/^0\.log\.20260107-0600[12]\d$/)
  expect((await files(b).stat(`${folder}/main/${first}`)).size).toBeGreaterThan(10 * 2 ** 20)
  expect(await files(b).read(`${folder}/main/${first}`)).toContain('hello from web')
  expect(await b.logs('web')).toBe('')
  await says(b, 'later')
  expect(await b.logs('web')).toBe('later\n')
  await grows('b')
  expect(await names(b, `${folder}/main`)).toEqual(['0.log', `${first}.gz`, expect.stringMatching(/\d$/)])
  expect((await files(b).stat(`${folder}/main/${first}.gz`)).size).toBeLessThan(100_000)
  for (const letter of 'cdef') await grows(letter)
  const left = (await names(b, `${folder}/main`)).slice(1)
  expect(left.map((name) => name.slice(20))).toEqual(
    ['.gz', '.gz', '.gz', ''].map((end) => expect.stringMatching(new RegExp(`^\\d${end}$`))),
  )
  expect(left).not.toContain(`${first}.gz`)
  const packed = await files(b).read(`${folder}/main/${left[0]}`)
  const unpacked = gunzipSync(bytesOfText(packed)).toString()
  expect(unpacked.split('\n')[1]?.slice(-3)).toBe('ccc')
  await files(b).remove(`${folder}/main/${left[0]}`)
  expect(await names(b, `${folder}/main`)).toHaveLength(4)
})

test('a log takes room of the disk: rotated, moved away, packed, until its file is gone', async () => {
  const { b, folder } = await running()
  const { disk } = b.machine(control)
  const before = disk.usedBytes
  const mebibytes = (): number => Math.round((disk.usedBytes - before) / 2 ** 20)
  const grows = async (): Promise<void> => {
    for (let i = 0; i < 640; i++) await says(b, 'x'.repeat(16_384))
  }
  await grows()
  expect(mebibytes()).toBe(10)
  await b.advance(10_000)
  expect(mebibytes()).toBe(10)
  await grows()
  expect(mebibytes()).toBe(20)
  await b.advance(10_000)
  expect(mebibytes()).toBe(10)
  const [log = '', , rotated = ''] = (await names(b, `${folder}/main`)).map(
    (name) => `${folder}/main/${name}`,
  )
  await grows()
  await files(b).rename(log, '/root/away')
  expect(mebibytes()).toBe(20)
  await files(b).remove(rotated)
  expect(mebibytes()).toBe(10)
  await files(b).remove('/root/away')
  expect(mebibytes()).toBe(0)
  await b.advance(10_000)
  await grows()
  await b.advance(10_000)
  await grows()
  await files(b).write(log, '')
  expect(mebibytes()).toBe(10)
  await grows()
  await b.kube.delete({ type: resources.pods, namespace: 'default', name: 'web' })
  await b.advance(60_000)
  expect(disk.usedBytes).toBeLessThan(before)
})

test('a log that another file replaces takes no room, and a line that does not fit is lost', async () => {
  const { b, folder } = await running()
  const { disk } = b.machine(control)
  const log = `${folder}/main/0.log`
  const before = disk.usedBytes
  for (let i = 0; i < 64; i++) await says(b, 'x'.repeat(16_384))
  await files(b).write('/root/new', 'new\n')
  await files(b).rename('/root/new', log)
  expect(disk.usedBytes).toBe(before)
  await files(b).remove(log)
  await b.advance(10_000)
  const rest = disk.limitBytes - disk.usedBytes - 4095
  disk.claim(0, rest)
  await says(b, 'too long')
  await says(b, 'x'.repeat(16_384))
  disk.claim(rest, 0)
  await says(b, 'there is room again')
  expect((await files(b).read(log)).split('\n').map((line) => line.split(' F ')[1])).toEqual([
    'there is room again',
    undefined,
  ])
})

test('nobody rotates while no kubelet runs, and nothing is scheduled for logs that are small', async () => {
  const { b, folder } = await running()
  const kubelet = b
    .machine(control)
    .processes()
    .find(({ argv }) => argv[0]?.endsWith('kubelet'))
  await b.kill(control, kubelet?.pid ?? 0)
  for (let i = 0; i < 700; i++) await says(b, 'x'.repeat(16_384))
  expect(await names(b, `${folder}/main`)).toEqual(['0.log'])
})
