/** Rows of workloads: pkg/printers/internalversion/printers.go. */
import { parseTime } from '#base/clock.ts'
import { asList, asObject, at, isObject, type JsonObject } from '#lab/api/json.ts'
import type { Stored } from '#lab/api/store.ts'
import { age, humanDuration } from '#lab/api/table/age.ts'
import { type Cell, columns, none, type Printer, pairs } from '#lab/api/table/printer.ts'

const number = (object: Stored, path: string): number => Number(at(object, path) ?? 0)

const containers = (object: Stored): readonly JsonObject[] =>
  asList(at(object, 'spec.template.spec.containers')).map(asObject)

/** Containers, Images and Selector: the wide cells. */
const wide = (object: Stored): readonly Cell[] => [
  containers(object)
    .map((container) => String(container.name))
    .join(','),
  containers(object)
    .map((container) => String(container.image))
    .join(','),
  selectorText(asObject(at(object, 'spec.selector'))),
]

/** A LabelSelector as metav1.FormatLabelSelector prints it. */
export function selectorText(selector: JsonObject): string {
  const terms = Object.entries(asObject(selector.matchLabels))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${String(value)}`)
  for (const each of asList(selector.matchExpressions).map(asObject)) {
    const values = asList(each.values).map(String).join(',')
    if (each.operator === 'Exists') terms.push(String(each.key))
    else if (each.operator === 'DoesNotExist') terms.push(`!${String(each.key)}`)
    else terms.push(`${String(each.key)} ${each.operator === 'In' ? 'in' : 'notin'} (${values})`)
  }
  return terms.length === 0 ? none : terms.join(',')
}

const template = ['Containers*', 'Images*', 'Selector*']

export const daemonSetPrinter: Printer = {
  columns: columns(
    'Name',
    'Desired#',
    'Current#',
    'Ready#',
    'Up-to-date#',
    'Available#',
    'Node Selector',
    'Age',
    ...template,
  ),
  cells: (set, nowMs) => [
    set.metadata.name,
    number(set, 'status.desiredNumberScheduled'),
    number(set, 'status.currentNumberScheduled'),
    number(set, 'status.numberReady'),
    number(set, 'status.updatedNumberScheduled'),
    number(set, 'status.numberAvailable'),
    pairs(asObject(at(set, 'spec.template.spec.nodeSelector'))),
    age(set.metadata.creationTimestamp, nowMs),
    ...wide(set),
  ],
}

export const deploymentPrinter: Printer = {
  columns: columns('Name', 'Ready', 'Up-to-date#', 'Available#', 'Age', ...template),
  cells: (deployment, nowMs) => [
    deployment.metadata.name,
    `${number(deployment, 'status.readyReplicas')}/${number(deployment, 'spec.replicas')}`,
    number(deployment, 'status.updatedReplicas'),
    number(deployment, 'status.availableReplicas'),
    age(deployment.metadata.creationTimestamp, nowMs),
    ...wide(deployment),
  ],
}

export const replicaSetPrinter: Printer = {
  columns: columns('Name', 'Desired#', 'Current#', 'Ready#', 'Age', ...template),
  cells: (set, nowMs) => [
    set.metadata.name,
    number(set, 'spec.replicas'),
    number(set, 'status.replicas'),
    number(set, 'status.readyReplicas'),
    age(set.metadata.creationTimestamp, nowMs),
    ...wide(set),
  ],
}

export const statefulSetPrinter: Printer = {
  columns: columns('Name', 'Ready', 'Age', 'Containers*', 'Images*'),
  cells: (set, nowMs) => [
    set.metadata.name,
    `${number(set, 'status.readyReplicas')}/${number(set, 'spec.replicas')}`,
    age(set.metadata.creationTimestamp, nowMs),
    ...wide(set).slice(0, 2),
  ],
}

export const jobPrinter: Printer = {
  columns: columns('Name', 'Status', 'Completions', 'Duration', 'Age', ...template),
  cells: (job, nowMs) => [
    job.metadata.name,
    jobStatus(job),
    `${number(job, 'status.succeeded')}/${String(at(job, 'spec.completions') ?? 1)}`,
    jobDuration(job, nowMs),
    age(job.metadata.creationTimestamp, nowMs),
    ...wide(job),
  ],
}

export const cronJobPrinter: Printer = {
  columns: columns(
    'Name',
    'Schedule',
    'Timezone',
    'Suspend',
    'Active#',
    'Last Schedule',
    'Age',
    'Containers*',
    'Images*',
    'Selector*',
  ),
  cells: (job, nowMs) => {
    const own = asList(at(job, 'spec.jobTemplate.spec.template.spec.containers')).map(asObject)
    const suspended = at(job, 'spec.suspend')
    return [
      job.metadata.name,
      String(at(job, 'spec.schedule') ?? ''),
      String(at(job, 'spec.timeZone') ?? none),
      suspended === undefined ? '<unset>' : suspended === true ? 'True' : 'False',
      asList(at(job, 'status.active')).length,
      sinceOr(at(job, 'status.lastScheduleTime'), nowMs, none),
      age(job.metadata.creationTimestamp, nowMs),
      own.map((container) => String(container.name)).join(','),
      own.map((container) => String(container.image)).join(','),
      selectorText(asObject(at(job, 'spec.jobTemplate.spec.selector'))),
    ]
  },
}

export const podTemplatePrinter: Printer = {
  columns: columns('Name', 'Containers', 'Images', 'Pod Labels'),
  cells: (each) => {
    const own = asList(at(each, 'template.spec.containers')).map(asObject)
    return [
      each.metadata.name,
      own.map((container) => String(container.name)).join(','),
      own.map((container) => String(container.image)).join(','),
      pairs(asObject(at(each, 'template.metadata.labels'))),
    ]
  },
}

export const replicationControllerPrinter: Printer = {
  columns: columns('Name', 'Desired#', 'Current#', 'Ready#', 'Age', ...template),
  cells: (controller, nowMs) => [
    ...replicaSetPrinter.cells(controller, nowMs).slice(0, -1),
    pairs(asObject(at(controller, 'spec.selector'))),
  ],
}

/** How long ago, or a word for never. */
const sinceOr = (time: unknown, nowMs: number, never: string): string => {
  const ms = typeof time === 'string' ? parseTime(time) : undefined
  return ms === undefined ? never : humanDuration(nowMs - ms)
}

function jobStatus(job: Stored): string {
  const conditions = asList(at(job, 'status.conditions')).filter(isObject)
  const holds = (type: string): boolean =>
    conditions.some((each) => each.type === type && each.status === 'True')
  if (holds('Complete')) return 'Complete'
  if (holds('Failed')) return 'Failed'
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating'
  return holds('Suspended') ? 'Suspended' : 'Running'
}

function jobDuration(job: Stored, nowMs: number): string {
  const start = at(job, 'status.startTime')
  if (typeof start !== 'string') return ''
  const end = at(job, 'status.completionTime')
  const endMs = typeof end === 'string' ? (parseTime(end) ?? nowMs) : nowMs
  return humanDuration(endMs - (parseTime(start) ?? endMs))
}

export const controllerRevisionPrinter: Printer = {
  columns: columns('Name', 'Controller', 'Revision#', 'Age'),
  cells: (revision, nowMs) => [
    revision.metadata.name,
    controllerText(revision),
    Number(revision.revision ?? 0),
    age(revision.metadata.creationTimestamp, nowMs),
  ],
}

function controllerText({ metadata }: Stored): string {
  const owner = metadata.ownerReferences?.find((each) => each.controller)
  if (owner === undefined) return none
  const group = owner.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0]}` : ''
  return `${owner.kind.toLowerCase()}${group}/${owner.name}`
}

export const podDisruptionBudgetPrinter: Printer = {
  columns: columns('Name', 'Min Available', 'Max Unavailable', 'Allowed Disruptions#', 'Age'),
  cells: (budget, nowMs) => [
    budget.metadata.name,
    String(at(budget, 'spec.minAvailable') ?? 'N/A'),
    String(at(budget, 'spec.maxUnavailable') ?? 'N/A'),
    number(budget, 'status.disruptionsAllowed'),
    age(budget.metadata.creationTimestamp, nowMs),
  ],
}
