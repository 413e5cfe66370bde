import { startBench } from '#lab/api/kubectl-bench.ts'
import { seedCluster } from '#lab/api/kubectl-seed.ts'

const bench = await startBench()
seedCluster(bench)
console.log(bench.served.url)
