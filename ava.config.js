import { tsImport } from 'tsx/esm/api';

const { bundleTests } = await tsImport('./build/tests.ts', import.meta.url);
const bundle = await bundleTests(process.argv);

export default {
  files: ['**/*.test.ts', '!dist/**', '!.tests/**'],
  typescript: { rewritePaths: { './': bundle }, compile: false },
  nodeArguments: ['--enable-source-maps'],
  require: [`./${bundle}tests/support/file-limit.js`],
  environmentVariables: { TEST_PROGRAM: `${bundle}cli/main.js` },
  // Tests change what a process has only one of, such as its working directory.
  workerThreads: false,
  // Two cores: more workers than that only make the real nats-servers of the tests wait for each other.
  concurrency: 2,
  // Each file has a limit of its own, and says what it waited for; this one is for a run in which nothing happens any more.
  timeout: '15m',
};
