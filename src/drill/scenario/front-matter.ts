/** What stands between the `---` at the head of a scenario: YAML, checked against a schema, with a line for whatever is wrong. */
import { isMap, isNode, LineCounter, type Node, parseDocument } from 'yaml'
import { z } from 'zod'
import { failed, ok, type Result } from '#base/result.ts'
import type { Notice } from '#drill/replay/types.ts'
import { withoutControls } from '#drill/replay/words.ts'
import { durationMs, readSteps, wrongPattern } from '#drill/scenario/steps.ts'
import type { About, Step } from '#drill/scenario/types.ts'
import { encapsulations } from '#lab/encapsulation.ts'
import { flavours } from '#lab/flavours/names.ts'

const duration = z.string().transform((text, context) => {
  const ms = durationMs(text)
  if (ms !== undefined) return ms
  context.addIssue({ code: 'custom', message: `"${text}" is no duration: write 90s, 5m or 1h30m` })
  return z.NEVER
})

/** Steps, one a line; what is wrong with them is said with the line of the value. */
const steps = z.string().transform((text, context) => {
  const read = readSteps(text, 1)
  if (read.ok) return read.value
  for (const { message } of read.error) context.addIssue({ code: 'custom', message })
  return z.NEVER
})

const step = steps.transform((all, context): Step => {
  const [only, more] = all
  if (only !== undefined && more === undefined) return only
  context.addIssue({ code: 'custom', message: 'write one command' })
  return z.NEVER
})

const pattern = z.string().superRefine((text, context) => {
  const wrong = wrongPattern(text)
  if (wrong !== undefined) context.addIssue({ code: 'custom', message: wrong })
})

const way = z.strictObject({ title: z.string().min(1), steps })

const schema = z.strictObject({
  drill: z.literal(1),
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'write lower-case words joined by "-"'),
  difficulty: z.enum(['L1', 'L2', 'L3']),
  tags: z.array(z.string()).default([]),
  teaches: z.string().min(10),
  lab: z.strictObject({
    flavour: z.enum(flavours),
    seed: z.string().default('drill'),
    nodes: z.int().min(2).max(50).optional(),
    kubernetes: z.string().optional(),
    calico: z.string().optional(),
    encapsulation: z.enum(encapsulations).optional(),
    backend: z.enum(['bird', 'vxlan']).optional(),
  }),
  /** Virtual time of the page. */
  pagedAt: z.iso.datetime().transform((text) => Date.parse(text)),
  strike: z.strictObject({ mode: z.string(), variant: z.string().optional(), node: z.string() }).optional(),
  before: steps.default([]),
  pagedAfter: duration,
  escalatesAfter: duration.optional(),
  names: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), step).default({}),
  evidence: z.array(z.strictObject({ what: z.string(), shows: pattern, ask: step })).default([]),
  lasting: z.array(way).default([]),
  prevention: z.array(way).default([]),
})

/** `text`: what stands between the marks, which begins at `line` of the file. */
export function readFrontMatter(text: string, line: number): Result<About, readonly Notice[]> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const lineAt = (offset: number): number => line - 1 + lines.linePos(offset).line
  if (document.errors.length > 0)
    return failed(
      document.errors.map(({ pos, message }) => ({
        line: lineAt(pos[0]),
        message: `front matter: ${message}`,
      })),
    )
  const lineOf = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length > 0; length--) {
      const node: unknown = document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return lineAt(startOf(document.contents, path.slice(0, length), node))
    }
    return line
  }
  const written: unknown = document.toJS()
  const controls = controlsIn(written, []).map((path) => ({
    line: lineOf(path),
    message: `front matter: ${path.join('.')}: control characters are not read`,
  }))
  if (controls.length > 0) return failed(controls)
  const parsed = schema.safeParse(written)
  if (parsed.success) return ok(aboutOf(parsed.data))
  return failed(
    parsed.error.issues.map(({ path, message }) => ({
      line: lineOf(path),
      message: `front matter: ${path.length === 0 ? '' : `${path.join('.')}: `}${message}`,
    })),
  )
}

/** The places of texts that a terminal would obey: YAML writes them as `"\\e[2J"`. */
function controlsIn(value: unknown, path: readonly PropertyKey[]): readonly (readonly PropertyKey[])[] {
  if (typeof value === 'string') return withoutControls(value) === value ? [] : [path]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) => controlsIn(each, [...path, key]))
}

/** Where the key stands rather than its value, which may begin on the next line. */
function startOf(contents: unknown, path: readonly PropertyKey[], value: Node): number {
  const parent = path.length === 1 ? contents : undefined
  const pair = isMap(parent) ? parent.items.find(({ key }) => String(key) === String(path[0])) : undefined
  const key = pair?.key
  return (isNode(key) ? key.range?.[0] : undefined) ?? value.range?.[0] ?? 0
}

function aboutOf({
  pagedAt,
  pagedAfter,
  escalatesAfter,
  lab,
  strike,
  drill: _,
  ...rest
}: z.infer<typeof schema>): About {
  return {
    ...rest,
    ...(strike === undefined ? {} : { strike: given(strike) }),
    lab: given(lab),
    pagedAtMs: pagedAt,
    pagedAfterMs: pagedAfter,
    ...(escalatesAfter === undefined ? {} : { escalatesAfterMs: escalatesAfter }),
  }
}

/** Without the properties that are undefined. */
const given = <T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  } // what is left has a value
