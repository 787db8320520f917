/** Of what runs the networks. */
export { runtimeVersion } from '../tensor/session.ts'
