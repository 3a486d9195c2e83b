// Starts a Bluesky network on this machine (accounts' directory and data server), says in one line where it is, and
// ends when its standard input does.
'use strict'

const { TestNetworkNoAppView } = require('@atproto/dev-env')

async function main() {
  const network = await TestNetworkNoAppView.create({})
  process.stdin.on('end', () => process.exit(0)).resume()
  process.stdout.write(`${JSON.stringify({ pds: network.pds.url, plc: network.plc.url })}\n`)
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`)
  process.exit(1)
})
