// Preloaded into every Node process of the server: writes down each connection to another machine, and refuses it.
'use strict';
const fs = require('node:fs');
const net = require('node:net');

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...parameters) {
  const [first] = parameters;
  const [options] = Array.isArray(first) ? first : [first];
  const host = typeof options === 'object' && options !== null ? options.host : undefined;
  if (host !== undefined && !/^(?:localhost|127\.|::1$|::ffff:127\.)/.test(host)) {
    fs.appendFileSync(process.env.CONNECTION_LOG, `${host}:${options.port} (${process.argv.slice(1, 3).join(' ')})\n`);
    this.destroy(new Error(`No connection to ${host} in tests.`));
    return this;
  }
  return connect.apply(this, parameters);
};
