declare module 'virtual:app.css'
