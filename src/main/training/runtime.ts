/** The version of the runtime that computes the networks. */
export { runtimeVersion } from '../tensor/run/session.ts'
