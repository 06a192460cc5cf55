export { createTestServer } from './create-test-server.ts'
export type { TestServer, TestServerOptions } from './create-test-server.ts'
