/** CronJobs on a small cluster, as kubectl shows them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { utc } from '#base/clock.ts'
import { labKubectl } from '#lab/kubectl/lab-kubectl.ts'
import { Lab } from '#lab/lab.ts'

const minuteMs = 60_000

describe('a CronJob', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await Lab.boot({ seed: 'cron', nodes: 2 })
  }, 60_000)
  afterAll(() => lab.shutdown())

  const kubectl = (line: string, stdin = '') => labKubectl(lab, line, { stdin })
  const apply = (name: string, spec: object, command: readonly string[] = ['true']) => {
    const container = { name: 'main', image: 'busybox', command }
    const template = { spec: { restartPolicy: 'Never', containers: [container] } }
    const jobTemplate = { metadata: { labels: { cron: name } }, spec: { template } }
    const cronJob = { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name } }
    return kubectl('apply -f -', JSON.stringify({ ...cronJob, spec: { ...spec, jobTemplate } }))
  }
  const jobs = async (name: string) =>
    (await kubectl(`get jobs -l cron=${name} --no-headers`)).stdout.split('\n').filter(Boolean)
  const events = async (name: string) => (await kubectl(`events --for cronjob/${name}`)).stdout
  /** To ten seconds after the next full minute. */
  const toMinute = () => lab.advance(minuteMs - (lab.nowMs % minuteMs) + 10_000)

  test('makes a job at each of its times, and keeps the last three', async () => {
    await apply('often', { schedule: '* * * * *' })
    await toMinute()
    const minute = Math.floor(lab.nowMs / minuteMs)
    expect(await jobs('often')).toEqual([expect.stringMatching(`^often-${minute} +Complete +1/1`)])
    expect((await kubectl('get cronjob often --no-headers')).stdout).toMatch(
      /^often +\* \* \* \* \* +<none> +False +0 +10s /,
    )
    for (let n = 0; n < 4; n++) await toMinute()
    expect(await jobs('often')).toHaveLength(3)
    expect(await events('often')).toMatch(
      new RegExp(
        `SuccessfulCreate .* Created job often-${minute}\n[^]*SawCompletedJob .* condition: Complete\n`,
      ),
    )
    expect(await events('often')).toContain(`Deleted job often-${minute}`)
    await kubectl('delete cronjob often')
    await lab.advance(minuteMs)
    expect(await jobs('often')).toEqual([])
  })

  test('goes by the clocks of its time zone', async () => {
    const ahead = 5.5 * 60 * minuteMs
    const { time } = utc(lab.nowMs + minuteMs + ahead)
    const schedule = `${Number(time.slice(3, 5))} ${Number(time.slice(0, 2))} * * *`
    await apply('there', { schedule, timeZone: 'Asia/Kolkata' })
    await apply('here', { schedule })
    await toMinute()
    expect(await jobs('there')).toHaveLength(1)
    expect(await jobs('here')).toHaveLength(0)
    const { stderr } = await apply('nowhere', { schedule, timeZone: 'Mars/Base' })
    expect(stderr).toContain('spec.timeZone: Invalid value: "Mars/Base": unknown time zone Mars/Base')
  })

  test.each([
    ['lets a second one run beside the first', 'Allow', 2, 'SuccessfulCreate'],
    ['waits for the first to end', 'Forbid', 1, 'JobAlreadyActive'],
    ['puts the new one in its place', 'Replace', 1, 'SuccessfulDelete'],
  ])('%s', async (_, concurrencyPolicy, running, reason) => {
    const name = concurrencyPolicy.toLowerCase()
    await apply(name, { schedule: '* * * * *', concurrencyPolicy }, ['sleep', '100'])
    await toMinute()
    await toMinute()
    expect(await jobs(name)).toHaveLength(running)
    expect(await events(name)).toContain(reason)
    await kubectl(`delete cronjob ${name}`)
  })

  test('does nothing while it is suspended, and then no more than the last of its times', async () => {
    await apply('later', { schedule: '* * * * *', suspend: true })
    for (let n = 0; n < 3; n++) await toMinute()
    expect(await jobs('later')).toEqual([])
    await kubectl(`patch cronjob later -p '{"spec":{"suspend":false}}'`)
    await lab.advance(5000)
    expect(await jobs('later')).toHaveLength(1)
    await kubectl('delete cronjob later')
  })

  test('runs now when somebody makes a job of it, which is its own', async () => {
    await apply('nightly', { schedule: '0 3 * * *' })
    expect((await kubectl('create job by-hand --from=cronjob/nightly')).stdout).toBe(
      'job.batch/by-hand created\n',
    )
    await lab.advance(10_000)
    expect(await jobs('nightly')).toEqual([expect.stringMatching(/^by-hand +Complete/)])
    expect(await events('nightly')).toContain(
      'Saw a job that the controller did not create or forgot: by-hand',
    )
  })

  test('with a schedule that is none is refused', async () => {
    expect((await apply('wrong', { schedule: '61 * * * *' })).stderr).toBe(
      'The CronJob "wrong" is invalid: spec.schedule: Invalid value: "61 * * * *": end of range (61) above maximum (59): 61\n',
    )
  })
})
