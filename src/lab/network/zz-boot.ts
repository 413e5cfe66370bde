import { Lab } from '#lab/lab.ts'
import { whatIsMissing } from '#lab/readiness.ts'
const lab = Lab.powerOn({ seed: '1' })
const t = performance.now()
try { await lab.untilWell(300_000) } catch (e) { console.log(String(e).slice(0, 3000)) }
console.log('virtual', (lab.nowMs - lab.options.startMs) / 1000, 'wall', performance.now() - t, whatIsMissing(lab).length)
const pods = lab.api.state.store.list('/pods', {}) as any[]
for (const p of pods) console.log(p.metadata.namespace, p.metadata.name, p.spec.nodeName, p.status.podIP, p.status.phase, JSON.stringify(p.status.conditions?.find((c: any) => c.type === 'Ready')?.status), JSON.stringify((p.status.containerStatuses ?? []).map((c: any) => c.state)))
