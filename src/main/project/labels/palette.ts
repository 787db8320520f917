/**
 * The default colours of labels: hues a golden angle apart, so that any few neighbours differ, at a lightness that keeps a
 * contrast of 3:1 against both the light and the dark background.
 */
export function defaultColour(index: number): string {
  // Alternating between three lightnesses tells labels apart whose hues are too close.
  return oklchToHex([0.6, 0.53, 0.65][index % 3], 0.17, hueOf(index))
}

/** The colours of the first twelve labels, to choose from, ordered by hue from red through green and blue to pink. */
export const swatches: readonly string[] = Array.from({ length: 12 }, (_, index) => index)
  .sort((a, b) => hueOf(a) - hueOf(b))
  .map(defaultColour)

/** In degrees. */
function hueOf(index: number): number {
  return (29 + index * 137.508) % 360
}

/** @param lightness 0 … 1 @param chroma about 0 … 0.37, reduced until the colour is within sRGB @param hue degrees */
function oklchToHex(lightness: number, chroma: number, hue: number): string {
  const angle = (hue * Math.PI) / 180
  for (let reduced = chroma; ; reduced = Math.max(0, reduced - 0.005)) {
    const channels = oklabToLinear(lightness, reduced * Math.cos(angle), reduced * Math.sin(angle))
    if (reduced > 0 && channels.some((channel) => channel < 0 || channel > 1)) continue
    return `#${channels.map((channel) => hexOf(gamma(channel))).join('')}`
  }
}

/** Converts Björn Ottosson's OKLab to linear sRGB. */
function oklabToLinear(lightness: number, a: number, b: number): number[] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ]
}

function gamma(linear: number): number {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055
}

function hexOf(channel: number): string {
  return Math.round(Math.min(1, Math.max(0, channel)) * 255)
    .toString(16)
    .padStart(2, '0')
}
