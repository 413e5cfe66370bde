import { healthyLabHasNoCause } from './healthy.ts'

healthyLabHasNoCause('operator')
