import { healthyLabHasNoCause } from './healthy.ts'

healthyLabHasNoCause('roks')
/** OpenShift 4.18, where outbound traffic is protected: left to the soak, for its time. */
if (process.env['NINELIVES_SEEDS'] !== undefined) healthyLabHasNoCause('roks', { kubernetes: '1.31.9' })
