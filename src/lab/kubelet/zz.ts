import { Lab } from '#lab/lab.ts'
for (let i = 0; i < 4; i++) {
const t = performance.now(); let n = 0; const names = new Map<string, number>()
const lab = await Lab.boot({ seed: '1', onEvent: (_, name) => { n++; const k = name.replace(/k8s-[a-z]+-\d+/, 'N').replace(/pod [^/ ]+/, 'pod X').replace(/-[a-z0-9]{10}-[a-z0-9]{5}|-[a-z0-9]{5}(?=\/)/, ''); names.set(k, (names.get(k) ?? 0) + 1) } })
console.log('boot', (performance.now() - t).toFixed(0), 'ms', n, 'events', (lab.nowMs - Date.parse('2026-01-07T06:00:00Z')) / 1000, 's virtual')
if (i === 3) for (const [k, v] of [...names].sort((a, b) => b[1] - a[1]).slice(0, 40)) console.log(v, k)
}
