/** Electron's own checklist (https://www.electronjs.org/docs/latest/tutorial/security), point by point. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { desktopConfiguration } from '../../scripts/package/desktop.ts'
import { home, isHome, mayLoad, privileges } from '../../src/main/shell/electron/protocol.ts'
import { windowOptions } from '../../src/main/shell/electron/window.ts'
import { contentSecurityPolicy } from '../../src/main/shell/web/headers.ts'

const source = path.resolve(import.meta.dirname, '../../src')
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(tsx?|html|css)$/.test(file))
  .map((file) => ({ file: file.split(path.sep).join('/'), text: readFileSync(path.join(source, file), 'utf8') }))
const holding = (pattern: RegExp) => files.filter(({ text }) => pattern.test(text)).map(({ file }) => file)

describe('Electron’s checklist', () => {
  test('1. only secure content: nothing at all is loaded from the network', () => {
    for (const url of ['http://example.org/', 'https://example.org/', 'ws://127.0.0.1:1/', 'ftp://a/', 'file:///a']) {
      expect(mayLoad(url), url).toBe(false)
    }
    expect([mayLoad(home), mayLoad('blob:surmise://app/1')]).toEqual([true, true])
  })

  test('2, 3, 4, 6, 8, 9, 10, 11: the window has these settings and no others', () => {
    // Node off, isolation and sandbox on, webSecurity on; no insecure or experimental content, no Blink features, no web views.
    expect(windowOptions('/p.cjs').webPreferences).toEqual({
      preload: '/p.cjs',
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    })
    expect(holding(/experimentalFeatures|enableBlinkFeatures|allowpopups|<webview|disable-web-security/i)).toEqual([])
    expect(readFileSync(path.join(source, 'main/shell/electron.ts'), 'utf8')).toContain('app.enableSandbox()')
  })

  test('5, 12, 13, 14: permissions, web views, navigation and windows are denied', () => {
    // electron.test.ts plays each of them, electronEntry.deep.test.ts sees that they stand before the first window. Here: that there is no
    // other window or session.
    expect(holding(/new BrowserWindow\(/)).toEqual(['main/shell/electron/window.ts'])
    expect(holding(/session\.fromPartition|partition:/)).toEqual([])
  })

  test('7. a policy without anything inline or from elsewhere, on every answer', () => {
    expect(contentSecurityPolicy).not.toMatch(/unsafe|\*|https?:|style-src-attr/)
    expect(contentSecurityPolicy.split('; ')).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
      ]),
    )
    // Nothing in the sources would need more.
    expect(
      holding(
        /dangerouslySetInnerHTML|\.innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(/,
      ),
    ).toEqual([])
    const page = readFileSync(path.join(source, 'renderer/index.html'), 'utf8')
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|https?:\/\//i)
  })

  test('15. nothing is handed to the system to be opened, but a folder', () => {
    expect(holding(/openExternal|openPath/)).toEqual([])
    expect(holding(/showItemInFolder/)).toEqual(['main/shell/electron.ts'])
  })

  test('17. every message has its sender checked: there is one way in', () => {
    expect(holding(/ipcMain\.(on|handle|once)\(|\.ipc\.(on|handle)\(/)).toEqual(['main/shell/electron/bridge.ts'])
    expect(['surmise://app/', 'surmise://app/a?b#c'].every(isHome)).toBe(true)
    for (const url of [
      'surmise://app.evil/',
      'surmise://evil/app',
      'surmise:app',
      'https://app/',
      'SURMISE-X://app/',
      '',
    ]) {
      expect(isHome(url), url).toBe(false)
    }
  })

  test('18. a scheme of its own, never file://', () => {
    expect(privileges.privileges).toEqual({
      standard: true,
      secure: true,
      supportFetchAPI: true,
      stream: true,
      codeCache: true,
    })
    expect(holding(/loadFile\(|loadURL\(['"`]file:/)).toEqual([])
  })

  test('19. fuses: every one of them is set when it is packaged', () => {
    // e2e/package.deep.spec.ts packages it, and reads them in the program.
    const target = { platform: 'linux', arch: 'x64' } as const
    const { electronFuses } = desktopConfiguration(target, { folder: '/parts', output: '/out' })
    expect(electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    })
  })

  test('20. nothing of Electron is put on the page’s window', () => {
    expect(holding(/exposeInMainWorld|contextBridge/)).toEqual([])
  })
})
