export default {
  files: ['**/*.test.ts', '!dist/**'],
  extensions: { ts: 'module' },
  nodeArguments: ['--import=tsx'],
  // The loader for TypeScript does not take hold in worker threads.
  workerThreads: false,
  // Two cores: more workers than that only make the real nats-servers of the tests wait for each other.
  concurrency: 2,
  timeout: '2m',
};
