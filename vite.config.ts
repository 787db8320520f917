import path from 'node:path'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const renderer = path.join(import.meta.dirname, 'src/renderer')

/** The renderer: the same files for the desktop and for a browser. */
export default defineConfig({
  root: renderer,
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
    rollupOptions: {
      input: { index: path.join(renderer, 'index.html'), letIn: path.join(renderer, 'letIn.ts') },
      // The page that says that a browser has not been let in finds it by this name (main/shell/web/web.ts).
      output: {
        entryFileNames: ({ name }) => (name === 'letIn' ? '[name].js' : 'assets/[name]-[hash].js'),
        chunkFileNames: 'assets/shared-[hash].js',
      },
    },
    // It is read from the disk: one file is as quick as several.
    chunkSizeWarningLimit: 2000,
  },
})
