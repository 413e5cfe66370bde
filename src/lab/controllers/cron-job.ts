/**
 * The CronJob controller: kubernetes/kubernetes:pkg/controller/cronjob/{cronjob_controllerv2,utils}.go.
 * The controller manager's own time zone is UTC.
 */
import { parseTime, rfc3339, utc } from '#base/clock.ts'
import { isTimeZone } from '#base/time-zone.ts'
import { parseSchedule, type Schedule } from '#lab/api/admission/schedule.ts'
import type { KubeClient } from '#lab/api/client.ts'
import type { CronJob, Draft, Job } from '#lab/api/objects.ts'
import { KubeError, resources } from '#lab/api/ports.ts'
import { finishedAs, surplus } from '#lab/controllers/cron-history.ts'
import { due, nextDelayMs } from '#lab/controllers/cron-times.ts'
import { zoned } from '#lab/controllers/cron-zone.ts'
import { unless } from '#lab/controllers/expected.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { controllerOf, objectKey, ownedBy } from '#lab/controllers/pods.ts'
import { about, space } from '#lab/controllers/references.ts'

type Status = NonNullable<CronJob['status']>

export function startCronJobs(kit: ControllerKit): void {
  const recorder = kit.recorder('cronjob-controller')
  const cronJobs = kit.cache<CronJob>(resources.cronJobs, ({ object }) => queue.add(objectKey(object)))
  const jobs = kit.cache<Job>(resources.jobs, ({ object }) => {
    const owner = controllerOf(object)
    if (owner?.kind === 'CronJob') queue.add(`${object.metadata.namespace}/${owner.name}`)
  })
  const queue = kit.controller('cronjob_controllerv2', [cronJobs, jobs], async (key, kube) => {
    const cron = cronJobs.get(key)
    if (cron === undefined) return
    const own = jobs.list().filter((job) => controllerOf(job)?.uid === cron.metadata.uid)
    const tell: Tell = (type, reason, message) =>
      recorder.record({ about: about(cron), type, reason, message })
    const sync = new CronSync(kube, { cron, own, tell, nowMs: kit.p.now() })
    const againMs = await sync.run()
    if (againMs !== undefined) queue.addAfter(key, againMs)
  })
}

type Tell = (type: 'Normal' | 'Warning', reason: string, message: string) => void

interface Seen {
  readonly cron: CronJob
  readonly own: readonly Job[]
  readonly tell: Tell
  readonly nowMs: number
}

class CronSync {
  readonly #kube: KubeClient
  readonly #seen: Seen
  #status: Status

  constructor(kube: KubeClient, seen: Seen) {
    this.#kube = kube
    this.#seen = seen
    this.#status = seen.cron.status ?? {}
  }

  /** Answers in how many ms to look again. */
  async run(): Promise<number | undefined> {
    const { cron, own } = this.#seen
    this.#recordFinished()
    const againMs = cron.metadata.deletionTimestamp === undefined ? await this.#schedule() : undefined
    for (const job of surplus(cron, own)) await this.#remove(job)
    if (JSON.stringify(this.#status) !== JSON.stringify(cron.status ?? {}))
      await unless(
        'NotFound',
        this.#kube.update<CronJob>(
          resources.cronJobs,
          { ...cron, status: this.#status },
          { subresource: 'status' },
        ),
      )
    return againMs
  }

  #recordFinished(): void {
    const { own, tell } = this.#seen
    for (const job of own) {
      const isActive = this.#active.some(({ uid }) => uid === job.metadata.uid)
      const finished = finishedAs(job)
      if (!isActive && finished === undefined)
        tell(
          'Warning',
          'UnexpectedJob',
          `Saw a job that the controller did not create or forgot: ${job.metadata.name}`,
        )
      else if (isActive && finished !== undefined) {
        this.#forget(job.metadata.uid)
        tell('Normal', 'SawCompletedJob', `Saw completed job: ${job.metadata.name}, condition: ${finished}`)
      }
      this.#noteSuccess(job)
    }
    for (const { uid, name } of this.#active) {
      if (own.some(({ metadata }) => metadata.uid === uid)) continue
      tell('Normal', 'MissingJob', `Active job went missing: ${name}`)
      this.#forget(uid)
    }
  }

  get #active(): NonNullable<Status['active']> {
    return this.#status.active ?? []
  }

  #forget(uid: string): void {
    const active = this.#active.filter((each) => each.uid !== uid)
    const { active: _gone, ...rest } = this.#status
    this.#status = active.length === 0 ? rest : { ...rest, active }
  }

  #noteSuccess(job: Job): void {
    const at = job.status?.completionTime
    if (finishedAs(job) !== 'Complete' || at === undefined) return
    const before = this.#status.lastSuccessfulTime
    if (before === undefined || (parseTime(before) ?? 0) < (parseTime(at) ?? 0))
      this.#status = { ...this.#status, lastSuccessfulTime: at }
  }

  async #schedule(): Promise<number | undefined> {
    const { cron, tell, nowMs } = this.#seen
    if (cron.spec.suspend === true) return undefined
    const schedule = this.#parsed()
    if (schedule === undefined) return undefined
    const { time: dueMs, missed } = due({ ...cron, status: this.#status }, schedule, nowMs)
    if (missed > 100)
      tell(
        'Warning',
        'TooManyMissedTimes',
        'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
      )
    if (dueMs !== undefined) await this.#start(dueMs)
    return nextDelayMs({ ...cron, status: this.#status }, schedule, nowMs)
  }

  #parsed(): Schedule | undefined {
    const { cron, tell } = this.#seen
    const { schedule, timeZone } = cron.spec
    if (timeZone !== undefined && !isTimeZone(timeZone)) {
      tell(
        'Warning',
        'UnknownTimeZone',
        `invalid timeZone: ${JSON.stringify(timeZone)}: unknown time zone ${timeZone}`,
      )
      return undefined
    }
    try {
      return zoned(parseSchedule(schedule), timeZone)
    } catch (error) {
      const says = error instanceof Error ? error.message : String(error)
      tell('Warning', 'UnparseableSchedule', `unparseable schedule: ${JSON.stringify(schedule)} : ${says}`)
      return undefined
    }
  }

  async #start(dueMs: number): Promise<void> {
    const { cron, tell, nowMs } = this.#seen
    const { startingDeadlineSeconds, concurrencyPolicy } = cron.spec
    const name = `${cron.metadata.name}-${Math.floor(dueMs / 60_000)}`
    if (startingDeadlineSeconds !== undefined && dueMs + startingDeadlineSeconds * 1000 < nowMs) {
      tell('Warning', 'MissSchedule', `Missed scheduled time to start a job: ${rfc1123(dueMs)}`)
      return
    }
    if (this.#active.some((each) => each.name === name)) return
    if (parseTime(this.#status.lastScheduleTime ?? '') === dueMs) return
    if (concurrencyPolicy === 'Forbid' && this.#active.length > 0) {
      tell(
        'Normal',
        'JobAlreadyActive',
        'Not starting job because prior execution is running and concurrency policy is Forbid',
      )
      return
    }
    if (concurrencyPolicy === 'Replace')
      for (const { uid } of this.#active) {
        const job = this.#seen.own.find(({ metadata }) => metadata.uid === uid)
        if (job !== undefined) await this.#remove(job)
      }
    await this.#create(name, dueMs)
  }

  async #create(name: string, dueMs: number): Promise<void> {
    const { cron, tell } = this.#seen
    try {
      const job = await this.#kube.create<Job>(resources.jobs, jobOf(cron, name, dueMs))
      tell('Normal', 'SuccessfulCreate', `Created job ${job.metadata.name}`)
      const { apiVersion, kind } = job
      const { uid, resourceVersion } = job.metadata
      const reference = { apiVersion, kind, name, ...space(job), resourceVersion, uid }
      this.#status = {
        ...this.#status,
        active: [...this.#active, reference],
        lastScheduleTime: rfc3339(dueMs),
      }
    } catch (error) {
      if (error instanceof KubeError && error.reason !== 'AlreadyExists')
        tell('Warning', 'FailedCreate', `Error creating job: ${error.message}`)
      throw error
    }
  }

  /** With its pods, which the garbage collector takes. */
  async #remove(job: Job): Promise<void> {
    const { tell } = this.#seen
    const { name } = job.metadata
    await unless('NotFound', this.#kube.delete({ type: resources.jobs, ...space(job), name }))
    this.#forget(job.metadata.uid)
    tell('Normal', 'SuccessfulDelete', `Deleted job ${name}`)
  }
}

function jobOf(cron: CronJob, name: string, dueMs: number): Draft<Job> {
  const { metadata = {}, spec } = cron.spec.jobTemplate
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      ...space(cron),
      ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
      annotations: {
        ...metadata.annotations,
        'batch.kubernetes.io/cronjob-scheduled-timestamp': rfc3339(dueMs),
      },
      ownerReferences: [ownedBy(cron)],
    },
    spec,
  }
}

/** `Wed, 07 Jan 2026 06:30:00 +0000` */
function rfc1123(ms: number): string {
  const { date, time, weekday, month, day } = utc(ms)
  return `${weekday}, ${String(day).padStart(2, '0')} ${month} ${date.slice(0, 4)} ${time.slice(0, 8)} +0000`
}
