/**
 * Set for every process that loads ONNX Runtime. Since 1.29 the library reports to its maker unless it is told not to: a device
 * id, a database in the home folder, a connection to port 443 (Linux and macOS).
 */
export const telemetryOff = { ORT_DISABLE_TELEMETRY: '1' } as const
