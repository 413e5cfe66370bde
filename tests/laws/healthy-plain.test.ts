import { healthyLabHasNoCause } from './healthy.ts'

healthyLabHasNoCause('plain')
