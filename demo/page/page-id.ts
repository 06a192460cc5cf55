// The name of this page among all that are open: on its REST requests, in the address of its socket, and in the origin of
// the events it causes. A reload is another page.

export const pageId = crypto.randomUUID()
