// Speaks the workers' protocol and does what its input says: crash, hang, flood. It stands in for dist/worker.js.
'use strict';
const { parentPort } = require('node:worker_threads');

const answers = new Map();
const sleep = milliseconds => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

parentPort.on('message', message => {
  if (message.type === 'forked') {
    answers.get(message.fork)(message);
    return;
  }
  if (message.type !== 'run') return;
  const { id, input } = message;
  const flag = new Int32Array(message.cancellation);
  const post = part => parentPort.postMessage({ id, ...part });
  const cancelled = { type: 'fault', fault: { code: 'cancelled', message: 'stopped' } };
  switch (input.do) {
    case 'echo':
      return post({ type: 'done', output: input.value });
    case 'fault':
      return post({
        type: 'fault',
        fault: { code: 'corrupt', message: 'The file is damaged.', hint: 'Copy it again.', source: 'x.npy' },
      });
    case 'defect':
      return post({
        type: 'crash',
        message: 'x is not a function',
        stack: 'TypeError: x is not a function\n    at here',
      });
    case 'exit':
      return process.exit(3);
    case 'polite':
      while (Atomics.load(flag, 0) === 0) sleep(10);
      return post(cancelled);
    case 'deaf':
      for (;;) sleep(1000);
    case 'flood':
      for (let i = 0; i <= 2000; i++)
        post({ type: 'progress', fraction: ((i * 7) % 2000) / 2000, phrase: `step ${i}` });
      sleep(350);
      post({ type: 'progress', fraction: 0.5, phrase: 'late' });
      return post({ type: 'done', output: null });
    case 'parts':
      for (const part of input.parts) post({ type: 'partial', part });
      return post({ type: 'done', output: null });
    case 'forks': {
      let left = input.tasks.length;
      const outcomes = [];
      if (left === 0) return post({ type: 'done', output: [] });
      input.tasks.forEach((task, fork) => {
        answers.set(fork, answer => {
          outcomes[fork] = answer.fault ? answer.fault.code : answer.output;
          if (--left === 0) post({ type: 'done', output: outcomes });
        });
        post({ type: 'fork', fork, kind: 'task', name: 'layer', input: task });
      });
      return undefined;
    }
  }
});
