/** The version of the runtime that runs the networks. */
export { runtimeVersion } from '../tensor/run/session.ts'
