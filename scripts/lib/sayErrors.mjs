// What goes wrong in a script is said in a sentence; DEBUG=1 shows where.
process.on('uncaughtException', error => {
  process.stderr.write(`${process.env.DEBUG ? error.stack : error.message}\n`);
  process.exit(1);
});
