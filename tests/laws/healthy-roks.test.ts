import { healthyLabHasNoCause } from './healthy.ts'

healthyLabHasNoCause('roks')
