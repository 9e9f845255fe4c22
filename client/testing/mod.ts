/** For the tests of programs that use secrets: all of it is in this list, and nothing else is. */
export { fakeSecrets, type FakeSecrets } from './fake.ts';
export { startTestService, type TestService, type TestServiceOptions } from './service.ts';
