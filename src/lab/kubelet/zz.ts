import { bed, createPod } from '#lab/kubelet/test-bed.ts'
const b = await bed()
await b.advance(10_000)
await createPod(b, 'live', { container: { livenessProbe: { exec: { command: ['/bin/say', 'not live', '1'] }, initialDelaySeconds: 10, periodSeconds: 10, timeoutSeconds: 10, failureThreshold: 6 } } })
let last = ''; const t0 = b.kernel.nowMs
for (let i = 0; i < 900; i++) { await b.advance(1000); const s = (await b.pod('live')).status.containerStatuses?.[0]; const line = `${s?.restartCount} ${JSON.stringify(s?.state)} ${JSON.stringify(s?.lastState.terminated?.finishedAt)}`; if (line !== last) console.log((b.kernel.nowMs - t0) / 1000, line); last = line }
console.log(await b.events('live'))
