import { Lab } from './src/lab/lab.ts'
import { whatIsMissing } from './src/lab/readiness.ts'
const flavour = (process.argv[2] ?? 'plain') as 'plain'
const start = performance.now()
let events = 0
const lab = Lab.powerOn({ seed: 'x', flavour, onEvent: () => { events++ } })
console.log('assembled', Math.round(performance.now()-start),'ms')
for (let i = 0; i < 12; i++) {
  await lab.advance(30_000)
  const m = whatIsMissing(lab)
  console.log(new Date(lab.nowMs).toISOString(), Math.round(performance.now() - start), 'ms', events, m.length, m.slice(0, 4).join('; '))
  if (m.length === 0) break
}
if (process.argv[3]) for (const n of [lab.nodes[0]]) { const o = await lab.run(n, ['bash','-c', process.argv[3]]); console.log(o.code, o.stdout, o.stderr) }
