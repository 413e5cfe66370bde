/** A scenario to begin with: an example, or the blocks around a replay that is there. */
import { replayAsMarkdown } from '#drill/replay/as-markdown.ts'
import type { Replay } from '#drill/replay/types.ts'

export interface Scaffold {
  readonly id: string
  /** What the lab is broken by. Default: a mode that every flavour has. */
  readonly mode?: string
  readonly flavour?: string
  /** The narrative; missing: an example to be written over. */
  readonly replay?: Replay
}

/** The text of a scenario whose form is right. Where its author has to decide, it says so in capitals. */
export function scaffoldOf({
  id,
  mode = 'kubelet-lost-contact',
  flavour = 'plain',
  replay,
}: Scaffold): string {
  const body = replay === undefined ? exampleText : replayAsMarkdown(withoutFrontMatter(replay))
  return `${head({ id, mode, flavour })}\n${withBlocks(body)}\n${handsOn}`
}

const withoutFrontMatter = ({ frontMatter: _, ...narrative }: Replay): Replay => narrative

const head = ({
  id,
  mode,
  flavour,
}: {
  readonly id: string
  readonly mode: string
  readonly flavour: string
}): string => `---
drill: 1
id: ${id}
difficulty: L1
tags: []
teaches: WHAT SOMEBODY KNOWS WHO HAS PLAYED IT, IN ONE SENTENCE.
lab:
  flavour: ${flavour}
  nodes: 5
  seed: ${id}
pagedAt: 2026-01-07T06:30:00Z
strike:
  mode: ${mode}
  node: k8s-worker-03
pagedAfter: 8m
escalatesAfter: 10m
names:
  calico-node: $ kubectl -n kube-system get pods -l k8s-app=calico-node --field-selector spec.nodeName={node} -o jsonpath={.items[0].metadata.name}
evidence:
  - what: WHAT MUST BE LOOKED AT BEFORE IT IS GONE
    shows: WORDS THAT SHOW IT
    ask: $ kubectl -n kube-system get pods -o wide
lasting:
  - title: "{node} reboots once more"
    steps: |
      reboot {node}
      wait 5m
---
`

const exampleText = `# Incident Replay: A NAME FOR THE INCIDENT

## Setup

- **System context:** WHAT RUNS, AND WHAT HAPPENED TO IT
- **Time:** Wednesday 06:30 UTC
- **Your role:** Platform engineer, on call

## Round 1: Alert Fires

> *[Pressure cue: "WHO PRESSES, WITH A NUMBER IN IT"]*

**What you see:** WHAT THE PAGE SAYS

**Choose your action:**
- A) SOMETHING PLAUSIBLE
- B) WHAT IS RIGHT
- C) SOMETHING ELSE THAT IS PLAUSIBLE
- D) SOMETHING THAT MAKES IT WORSE

### If you chose A:

> *[Result: WHY IT DOES NOT HELP]*

### If you chose B (recommended):

> *[Result: WHY IT HELPS]*

### If you chose C:

> *[Result: WHY IT DOES NOT HELP]*

### If you chose D:

> *[Result: WHAT IT MAKES WORSE]*

## Round 2: Remediation

> *[Pressure cue: "PROVE IT"]*

**Actions:**

1. See that calico-node is ready everywhere

## Damage Report

- **Total downtime:** 0
- **Blast radius:** WHO FELT IT
- **Optimal resolution time:** 10 minutes
- **If every wrong choice was made:** 60+ minutes
`

/** An empty block behind what is seen, each branch and each action, for whoever writes the acts. */
function withBlocks(markdown: string): string {
  const lines = markdown.split('\n')
  return lines
    .flatMap((line, index) => {
      if (line === '**Choose your action:**') return [see, '', line]
      if (/^\d+\.\s/.test(line)) return [line, '', verify]
      const isResult = /^> \*\[Result:/.test(line) || (line === '>' && /^###/.test(lines[index - 2] ?? ''))
      return isResult ? [line, '', acts] : [line]
    })
    .join('\n')
}

const see = ['```see', '$ kubectl get nodes', '```'].join('\n')
const acts = ['```acts 2m', '$ kubectl -n kube-system get pods -l k8s-app=calico-node -o wide', '```'].join(
  '\n',
)
const verify = [
  '```acts 1m',
  '$ kubectl -n kube-system get pods -l k8s-app=calico-node -o wide',
  'expect traffic',
  '```',
].join('\n')

const handsOn = `## Hands-on

### Hint (2m)
WHERE TO LOOK FIRST

### Fix: ONE WAY TO MEND IT

\`\`\`acts
wait 1m
\`\`\`

### Fix: ANOTHER

\`\`\`acts
wait 2m
\`\`\`

### Fix: A THIRD

\`\`\`acts
wait 3m
\`\`\`

### Shortcut: WHAT ONLY LOOKS LIKE A REPAIR

\`\`\`acts
$ kubectl drain {node} --ignore-daemonsets --delete-emptydir-data --timeout=300s
\`\`\`
`
