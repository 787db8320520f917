/**
 * For the environment of every process that loads ONNX Runtime. Since 1.29 the library reports to its maker unless told not to: it
 * creates a device id and a database in the home folder, and connects to port 443 (Linux and macOS).
 */
export const telemetryOff = { ORT_DISABLE_TELEMETRY: '1' } as const
