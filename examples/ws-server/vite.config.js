import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const server = `127.0.0.1:${process.env.API_PORT ?? 4000}`

export default defineConfig({
  plugins: [react()],
  server: { proxy: { '/api': `http://${server}`, '/socket': { target: `ws://${server}`, ws: true } } },
})
