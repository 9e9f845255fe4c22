import { defineConfig, globalIgnores } from 'eslint/config';
import vue from 'eslint-plugin-vue';
import tseslint from 'typescript-eslint';

/** Where configuration is read; everything else is told. */
const READS_ENVIRONMENT = ['services/config.ts', 'cli/environment.ts', 'client/environment.ts', 'examples/run.ts', 'examples/receipts/main.ts', 'services/nats/server/*.ts', 'tests/**'];

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', '.cache/', '.jetlock/', '.tests/', 'examples/receipts/secrets.ts']),
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      'no-control-regex': 'error',
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^(fp-ts|io-ts)/(?!lib/.*\\.js$)', message: "Node finds only 'fp-ts/lib/Either.js' and its like." },
          ],
        },
      ],
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'Configuration is read in one place.' }],
      '@typescript-eslint/consistent-type-definitions': ['error', 'type'],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `() => void f()` and `() => closed()` read well; a promise dropped by mistake is caught by the rule above.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // io-ts needs `{}` for "no more properties" and `void` in unions of continuations.
      '@typescript-eslint/no-empty-object-type': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      // There are no enums here and hardly a class: these take time and find nothing.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // Adapters must be `async` to fit their port, with or without something to wait for.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // Their types are checked by `npm run types`; to lint by types as well takes several times as long.
    files: ['web/**/*.vue'],
    extends: [tseslint.configs.strict, vue.configs['flat/essential']],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
      // A line of HTML that somebody else wrote, and a style that the page's policy refuses.
      'vue/no-v-html': 'error',
      'vue/no-static-inline-styles': 'error',
      'vue/no-unused-properties': 'error',
      'vue/no-unused-refs': 'error',
      'vue/html-button-has-type': 'error',
    },
  },
  { files: READS_ENVIRONMENT, rules: { 'no-restricted-properties': 'off' } },
  {
    files: ['**/*.test.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[property.name=/^(only|skip|todo|failing)$/]:matches([object.name='test'], [object.object.name='test'])",
          message: 'Every test runs, always.',
        },
      ],
    },
  },
  // A test may say `!` where the next line would fail anyway.
  { files: ['**/*.test.ts', 'tests/**'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
);
