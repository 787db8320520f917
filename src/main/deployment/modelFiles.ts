import path from 'node:path'

/** The paths of an exported model and its card, as JSON and as text. All absolute. */
interface ModelFiles {
  model: string
  cardJson: string
  cardText: string
}

/** @param target the ONNX file, absolute */
export function onnxFiles(target: string): ModelFiles & { python: string; node: string } {
  const stem = target.replace(/\.onnx$/i, '')
  return {
    ...{ model: target, cardJson: `${stem}.card.json`, cardText: `${stem}.card.md` },
    ...{ python: `${stem}.example.py`, node: `${stem}.example.mjs` },
  }
}

/** @param target the folder of the repository, absolute @param name the model's, from `repositoryName` */
export function tritonFiles(target: string, name: string): ModelFiles & { config: string; labels: string } {
  const folder = path.join(target, name)
  return {
    model: path.join(folder, '1', 'model.onnx'),
    ...{ config: path.join(folder, 'config.pbtxt'), labels: path.join(folder, 'labels.txt') },
    ...{ cardJson: path.join(folder, 'card.json'), cardText: path.join(folder, 'card.md') },
  }
}

/** A name that is safe in folders and URLs: letters, digits, and separators. */
export function repositoryName(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
  return plain === '' ? 'surmise' : plain
}
