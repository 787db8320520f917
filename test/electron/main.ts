/* The desktop application for an Electron of long ago: what that one lacks, then the application as it is. */
import './oldNode.ts'
import './oldElectron.ts'
import '../../src/main/shell/electron.ts'
