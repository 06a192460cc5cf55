// What an app of its own has and the pages take for granted, and of packages that the project does not have as much as they use.
// As text: to the compiler of the project itself none of it is there.

export const surroundings = `interface Goal { id: string; name: string; version: number; status: 'open' | 'done' }
interface Page<Item> { items: Item[]; next: string | null }
declare const session: { accessToken(options: { fresh: boolean; signal?: AbortSignal }): Promise<string | null>; signOut(): Promise<void> }
declare const user: { id: string } | undefined
declare const url: string
declare function signIn(): void
declare function fetchGoals(): Promise<Goal[]>
declare function fetchGoal(id: string): Promise<Goal>
declare function fetchGoalPage(cursor: string | null): Promise<Page<Goal>>
declare function post<Answer>(path: string, body: object, headers?: Record<string, string>): Promise<Answer>
declare const flags: { realtime: boolean }

declare module '@sentry/react' {
  export function addBreadcrumb(crumb: {
    category: string; timestamp: number; message: string; data: object
    level: 'fatal' | 'error' | 'warning' | 'log' | 'info' | 'debug'
  }): void
  export function captureMessage(message: string, level: 'warning' | 'error'): void
  export function captureException(error: unknown, hint?: { tags?: Record<string, string> }): void
}
declare module '@opentelemetry/api' {
  type Attributes = Record<string, string | number | boolean>
  export const metrics: {
    getMeter(name: string): {
      createCounter(name: string): { add(n: number, of: Attributes): void }
      createHistogram(name: string, options?: { unit?: string }): { record(n: number, of?: Attributes): void }
    }
  }
}
declare module 'react-native' {
  export const AppState: {
    currentState: string
    addEventListener(type: 'change', listener: (state: string) => void): { remove(): void }
  }
  export const Text: (props: { children?: import('react').ReactNode }) => import('react').JSX.Element
}
declare module '@react-native-community/netinfo' {
  interface State { type: string; isConnected: boolean | null }
  const NetInfo: { addEventListener(listener: (state: State) => void): () => void }
  export default NetInfo
}
declare module '@nestjs/common' {
  export function Injectable(): (of: abstract new (...args: any[]) => unknown, context?: unknown) => void
  export function Module(of: { providers?: unknown[]; exports?: unknown[] }): ReturnType<typeof Injectable>
  export interface OnApplicationShutdown { onApplicationShutdown(): unknown }
}
declare module '@nestjs/core' {
  export const NestFactory: {
    create(module: unknown): Promise<{
      enableShutdownHooks(): unknown
      init(): Promise<unknown>
      get<Service>(of: abstract new (...args: any[]) => Service): Service
      getHttpServer(): import('node:http').Server
      listen(port: number): Promise<unknown>
    }>
  }
}
declare module '@nestjs/websockets' {
  export function WebSocketGateway(options: { path: string }): (of: abstract new (...args: any[]) => unknown, context?: unknown) => void
  export function WebSocketServer(): (of: unknown, key?: unknown) => void
}
`
