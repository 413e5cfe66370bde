import { healthyLabHasNoCause } from './healthy.ts'

healthyLabHasNoCause('iks-vpc')
