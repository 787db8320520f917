import path from 'node:path'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The renderer: the same files for the desktop and for a browser. */
export default defineConfig({
  root: path.join(import.meta.dirname, 'src/renderer'),
  // The same page is served from http://127.0.0.1:PORT/ and surmise://app/.
  base: '/',
  plugins: [react(), tailwindcss()],
  build: {
    outDir: path.join(import.meta.dirname, 'out/renderer'),
    emptyOutDir: true,
    target: 'es2023',
    // Inlined files would be data: URLs, which the page's policy forbids for all but images.
    assetsInlineLimit: 0,
    // It would add an inline script, for browsers that have long been able to do without.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // It is read from the disk: one file is as quick as several.
    chunkSizeWarningLimit: 2000,
  },
})
