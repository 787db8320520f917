/** Of what runs the networks. */
export { runtimeVersion } from '../tensor/run/session.ts'
