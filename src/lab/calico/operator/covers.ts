import { isObject } from '#lab/api/json.ts'

/** What the API server fills in where a manifest says nothing: being there is no edit. */
const filledIn = new Set([
  'apiVersion',
  'defaultMode',
  'dnsPolicy',
  'enableServiceLinks',
  'failureThreshold',
  'hostPort',
  'imagePullPolicy',
  'initialDelaySeconds',
  'maxSurge',
  'periodSeconds',
  'progressDeadlineSeconds',
  'protocol',
  'restartPolicy',
  'revisionHistoryLimit',
  'schedulerName',
  'scheme',
  'serviceAccount',
  'successThreshold',
  'terminationGracePeriodSeconds',
  'terminationMessagePath',
  'terminationMessagePolicy',
  'timeoutSeconds',
  'type',
])

/** Under these, whatever somebody else has added stays. */
const shared = new Set(['metadata', 'annotations', 'labels'])

/**
 * Whether an object is as it was rendered: everything rendered is there, and nothing was added that the API server would not
 * have added itself. Where it is not, the operator writes what it rendered.
 */
export function covers(actual: unknown, wanted: unknown, key = ''): boolean {
  if (Array.isArray(wanted))
    return (
      Array.isArray(actual) &&
      actual.length === wanted.length &&
      wanted.every((each, i) => covers(actual[i], each))
    )
  // The server keeps no value that is the zero of its type.
  if (!isObject(wanted)) return actual === wanted || (wanted === false && actual === undefined)
  if (!isObject(actual)) return Object.keys(wanted).length === 0 && actual === undefined
  if (!Object.entries(wanted).every(([name, value]) => covers(actual[name], value, name))) return false
  return shared.has(key) || !Object.entries(actual).some(([name, value]) => isAddition(name, value, wanted))
}

const isAddition = (name: string, value: unknown, wanted: Readonly<Record<string, unknown>>): boolean =>
  !(name in wanted) && !filledIn.has(name) && !isEmpty(value)

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === '' || (isObject(value) && Object.keys(value).length === 0)
