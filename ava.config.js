export default {
  files: ['**/*.test.ts', '!dist/**'],
  extensions: { ts: 'module' },
  nodeArguments: ['--import=tsx'],
  // Two cores: more workers than that only make the real nats-servers of the tests wait for each other.
  concurrency: 2,
  timeout: '2m',
};
