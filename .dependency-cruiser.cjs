/**
 * Who may import whom. A folder sees itself and what is listed; unit tests, which stand beside the code, see everything.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const MAY_IMPORT = {
  events: ['crypto'], // its types alone, see below
  crypto: ['events/vocabulary'],
  protocol: ['events', 'crypto'],
  projections: ['events', 'protocol/(views|mismatch|operations|pages|paging|audit-line|audit-words)'],
  audit: ['events', 'projections', 'crypto', 'protocol'],
  // Of the client: its connection to NATS, and the one door for files that hold a secret. Of what is generated: what the HTTP door tells of itself.
  services: ['events', 'projections', 'crypto', 'protocol', 'audit', 'client/nats', 'client/secret-file', 'codegen/openapi'],
  client: ['protocol', 'crypto', 'events'],
  codegen: ['protocol'],
  cli: ['client', 'audit', 'codegen', 'protocol', 'events', 'services'], // services by dynamic import, see below
  web: ['protocol', 'crypto', 'events'],
};

const OURS = '^(audit|bench|build|cli|client|codegen|crypto|events|examples|projections|protocol|services|tests|web)/';
const TEST = '\\.test\\.ts$';
const STARTS_SERVICES = '^cli/(services|commands/(serve|dev|init|doctor|nats-config|backup|restore))\\.ts$';
const JETSTREAM = '^events/log/jetstream[^/]*\\.ts$';

/** A real service for other people's tests: the one place of the client that may start one. */
const TEST_SERVICE = '^client/testing/installation\\.ts$';

const layers = Object.entries(MAY_IMPORT).map(([folder, others]) => ({
  name: `${folder}-imports-only-what-it-may`,
  severity: 'error',
  from: { path: `^${folder}/`, pathNot: [TEST, TEST_SERVICE] },
  to: { path: OURS, pathNot: `^(${[folder, ...others].join('|')})(/|\\.ts$)` },
}));

// Types alone bind nobody to a package.
const only = (name, from, to) => ({ name, severity: 'error', from: { pathNot: from }, to: { path: to, dependencyTypesNot: ['type-only'] } });

module.exports = {
  forbidden: [
    ...layers,
    {
      name: 'events-sees-only-the-types-of-crypto',
      severity: 'error',
      from: { path: '^events/', pathNot: TEST },
      to: { path: '^crypto/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'test-service-imports-only-what-it-may',
      severity: 'error',
      from: { path: TEST_SERVICE },
      to: { path: OURS, pathNot: '^(client/|protocol/|crypto/|events/|services/dev\\.ts$)' },
    },
    {
      name: 'cli-loads-services-only-where-it-starts-them',
      severity: 'error',
      from: { path: '^cli/', pathNot: [STARTS_SERVICES, TEST] },
      to: { path: '^services/' },
    },
    {
      // A static import would make every verb, and every test with a fake, pay for loading the whole service.
      name: 'services-are-loaded-lazily',
      severity: 'error',
      from: { path: [STARTS_SERVICES, TEST_SERVICE] },
      to: { path: '^services/', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'tests-are-for-tests',
      severity: 'error',
      from: { pathNot: ['^(bench|tests)/', TEST] },
      to: { path: '^tests/' },
    },
    only('libsodium-only-in-crypto', '^(crypto|tests)/', '(^|/)node_modules/(@types/)?libsodium'),
    only(
      'nats-only-in-adapters',
      [
        JETSTREAM,
        '^projections/kv[^/]*\\.ts$',
        '^services/nats/',
        '^services/keyring/key-store[^/]*\\.ts$',
        '^client/nats/',
        '^(bench|tests)/',
      ],
      '(^|/)node_modules/(nats|@nats-io)/',
    ),
    only('age-only-for-backups', '^(services/backup/age|tests/.*|services/backup/.*test)\\.ts$', '(^|/)node_modules/age-encryption/'),
    only('fastify-only-in-the-http-door', '^(bench|services/http|tests)/', '(^|/)node_modules/(@fastify|fastify)'),
    {
      name: 'pure-folders-do-not-touch-node',
      severity: 'error',
      from: { path: '^(events|protocol)/', pathNot: [JETSTREAM, TEST] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: OURS, pathNot: [TEST, '^tests/', '^bench/', '^examples/', '^build/(main|check)\\.ts$', '^cli/main\\.ts$', '^web/(main|mod|public\\.check|components\\.d)\\.ts$', '^client/(testing/)?mod\\.ts$'] },
      to: {},
    },
    { name: 'nothing-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Examples use the package by its name, which is built later.
    exclude: { path: '^(dist|coverage|examples/receipts)/' },
    // Declarations of types are seen too: an import of a type is still a dependency.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
