// What Storybook is built from. It works without a network and sends nothing anywhere.
import type { StorybookConfig } from '@storybook/react-vite'
import { mergeConfig } from 'vite'

const config: StorybookConfig = {
  framework: '@storybook/react-vite',
  // The introduction first; pages before stories, so that the foundations come before the components.
  stories: ['../stories/introduction.mdx', '../stories/*.mdx', '../stories/**/*.stories.tsx'],
  addons: ['@storybook/addon-docs', '@storybook/addon-a11y'],
  core: { disableTelemetry: true, disableWhatsNewNotifications: true },
  features: {
    // The ground is the look's own, and follows the scheme in the toolbar.
    backgrounds: false,
    sidebarOnboardingChecklist: false,
    menuOnboardingChecklist: false,
  },
  // The variant with TypeScript needs the API of TypeScript 6.
  typescript: { reactDocgen: 'react-docgen' },
  viteFinal: (base) =>
    mergeConfig(base, {
      // A build for older browsers would take `light-dark()` apart, and the scheme of the toolbar with it.
      build: { cssTarget: 'esnext', chunkSizeWarningLimit: 2_000, reportCompressedSize: false },
      logLevel: 'warn',
    }),
}

export default config
