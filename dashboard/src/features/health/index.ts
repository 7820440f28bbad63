export { HealthPage as Page } from './health-page'
