// What every story has around it: the look, the switches of the toolbar, and its world (stories/world).
import type { Decorator, Preview } from '@storybook/react-vite'
import { RealtimeUiProvider, ar } from 'livecache/ui'
import 'livecache/styles.css'
import { configure } from 'storybook/test'
import { disposeWorld, loadWorld, withWorld } from '../stories/world/story-world.tsx'
import { DocsPages } from './docs-pages.tsx'
import './preview.css'

// Who wants to see the page looks at the story; a report need not hold all of it.
configure({ getElementError: (message) => new Error(message ?? 'Nothing was found.') })

/** A page cannot switch its own media queries, so the look honours these attributes as well. */
const withToolbar: Decorator = (Story, { globals }) => {
  const { scheme, motion, direction, locale } = globals as Record<string, string>
  const root = document.documentElement
  root.style.colorScheme = scheme === 'light' || scheme === 'dark' ? scheme : 'light dark'
  if (motion === 'reduce') root.dataset['lcMotion'] = 'reduce'
  else delete root.dataset['lcMotion']
  root.dir = direction ?? 'ltr'
  root.lang = locale ?? 'en'
  return (
    <RealtimeUiProvider labels={locale === 'ar' ? ar : undefined} locale={locale}>
      <div className="story-canvas">
        <Story />
      </div>
    </RealtimeUiProvider>
  )
}

const preview: Preview = {
  tags: ['autodocs'],
  loaders: [loadWorld],
  beforeEach: disposeWorld,
  // The last one is outermost.
  decorators: [withWorld, withToolbar],
  parameters: {
    layout: 'fullscreen',
    a11y: { test: 'error' },
    controls: { expanded: true },
    docs: { container: DocsPages },
  },
  initialGlobals: { scheme: 'system', motion: 'system', direction: 'ltr', locale: 'en' },
  globalTypes: {
    scheme: {
      description: 'Colour scheme',
      toolbar: {
        icon: 'circlehollow',
        dynamicTitle: true,
        items: [
          { value: 'system', title: 'Scheme: system' },
          { value: 'light', title: 'Light' },
          { value: 'dark', title: 'Dark' },
        ],
      },
    },
    motion: {
      description: 'Motion',
      toolbar: {
        icon: 'play',
        dynamicTitle: true,
        items: [
          { value: 'system', title: 'Motion: system' },
          { value: 'reduce', title: 'Reduced motion' },
        ],
      },
    },
    direction: {
      description: 'Direction of writing',
      toolbar: {
        icon: 'transfer',
        dynamicTitle: true,
        items: [
          { value: 'ltr', title: 'Left to right' },
          { value: 'rtl', title: 'Right to left' },
        ],
      },
    },
    locale: {
      description: 'Language',
      toolbar: {
        icon: 'globe',
        dynamicTitle: true,
        items: [
          { value: 'en', title: 'English' },
          { value: 'ar', title: 'العربية' },
        ],
      },
    },
  },
}

export default preview
