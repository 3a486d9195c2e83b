// Whatever this process listens on, it listens on this machine alone: the development network of atproto would
// otherwise be open to the whole neighbourhood.
'use strict'

const { Server } = require('node:net')

const HERE = '127.0.0.1'
const listen = Server.prototype.listen

Server.prototype.listen = function (...args) {
  if (args[0] !== null && typeof args[0] === 'object' && !args[0].path) {
    args[0] = { ...args[0], host: HERE }
  } else if (typeof args[0] === 'number' || /^\d+$/.test(args[0]) || args.length === 0) {
    const rest = args.slice(1).filter((one) => typeof one === 'function')
    args = [{ port: Number(args[0] ?? 0), host: HERE }, ...rest]
  }
  return listen.apply(this, args)
}
