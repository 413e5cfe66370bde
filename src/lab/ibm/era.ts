/** From 1.29 on Calico is installed by the Tigera operator, in calico-system. `version`: of the master, 1.28.15. */
export const isByOperator = (version: string): boolean => Number(version.split('.')[1]) >= 29
