import type { Evidence } from '#drill/scenario/types.ts'
import { isLook } from '#drill/stage/names.ts'
import type { Done, Stage } from '#drill/stage/stage.ts'

export type EvidenceState =
  | { readonly state: 'open' }
  | { readonly state: 'seen'; readonly atMs: number }
  /** It is gone, and nobody had looked. `by`: what was done last before that. */
  | { readonly state: 'destroyed'; readonly atMs: number; readonly by: string }

/** Whether what a scenario wants looked at was seen, or was destroyed before. */
export class EvidenceWatch {
  readonly #items: readonly Evidence[]
  readonly #states: EvidenceState[]

  constructor(items: readonly Evidence[]) {
    this.#items = items
    this.#states = items.map(() => ({ state: 'open' }))
  }

  get states(): readonly { readonly what: string; readonly is: EvidenceState }[] {
    return this.#items.map(({ what }, index) => ({ what, is: this.#states[index] ?? { state: 'open' } }))
  }

  /** Goes on from what was noted before. */
  restore(states: readonly EvidenceState[]): void {
    for (const [index, is] of states.entries()) if (index < this.#items.length) this.#states[index] = is
  }

  /** It was looked at elsewhere, at that time. */
  seen(index: number, atMs: number): void {
    const is = this.#states[index]
    if (is?.state === 'open' || (is?.state === 'destroyed' && atMs < is.atMs))
      this.#states[index] = { state: 'seen', atMs }
  }

  /** After something was done: was it shown? If not, is it still there? */
  async look(stage: Stage, done: readonly Done[]): Promise<void> {
    const acts = done.filter(({ typed }) => changes(typed))
    for (const [index, { shows, ask }] of this.#items.entries()) {
      if (this.#states[index]?.state !== 'open') continue
      const pattern = new RegExp(shows, 'm')
      const shown = done.find(({ step, output }) => isLook(step) && pattern.test(output))
      if (shown !== undefined) this.#states[index] = { state: 'seen', atMs: shown.endMs }
      else if (acts.length > 0) {
        const still = await stage.ask(ask)
        const last = acts.at(-1)
        if (still !== undefined && !pattern.test(still.output) && last !== undefined)
          this.#states[index] = { state: 'destroyed', atMs: last.endMs, by: last.typed }
      }
    }
  }
}

const looks: readonly RegExp[] = [
  /^\$\s*kubectl\s.*?\b(get|describe|logs|events|top|auth|api-resources|explain|version|cluster-info)\b/,
  /^\$\s*kubectl\s.*?\brollout (status|history)\b/,
  /^\$\s*kubectl\s.*?\bwait\b/,
  /^\$\s*kubectl\s.*?\bexec\b/,
  /^cloud\$.*\b(ls|get|show|list|info|issues)\b/,
]

const lookingCommands =
  /^(sudo\s+)?(ls|cat|stat|head|tail|grep|find|findmnt|mount|df|du|id|ps|pgrep|ss|ip|ping|traceroute|curl|wget|nc|dig|nslookup|journalctl|dmesg|lsmod|uname|date|uptime|hostname|tcpdump|iptables-save|ipset list|nft list|birdcl|calicoctl|crictl|systemctl (status|show|cat|is-|list)|sysctl -?[na]|ethtool -k|conntrack -L|test|echo|true)\b/

/** Whether a command line changes something, as far as its words tell. Redirections into files do. */
export function changes(typed: string): boolean {
  if (/^(wait|expect)\b/.test(typed)) return false
  if (/^(reboot|power-cut)\b/.test(typed)) return true
  if (/^(\$|cloud\$)/.test(typed))
    return !typed
      .split(/\|\s*(?=kubectl\b)/)
      .every((part, index) => looks.some((look) => look.test(index === 0 ? part : `$ ${part}`)))
  const [, command = ''] = /^\S+#\s*(.*)$/.exec(typed) ?? []
  if (/[^0-9&]>\s*(?!\/dev\/null|&)/.test(` ${command}`)) return true
  return !command.split(/\s*(?:&&|\|\||;|\|)\s*/).every((part) => lookingCommands.test(part))
}
