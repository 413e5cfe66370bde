import { healthyLabHasNoCause } from './healthy.ts'

healthyLabHasNoCause('roks')
healthyLabHasNoCause('roks', { kubernetes: '1.31.9' }) // OpenShift 4.18: outbound traffic is protected
