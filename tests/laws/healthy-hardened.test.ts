import { healthyLabHasNoCause } from './healthy.ts'

healthyLabHasNoCause('hardened')
