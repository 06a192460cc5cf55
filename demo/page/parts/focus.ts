// For a field that the user has just asked for: it takes the focus as it appears.

export const focused = (field: HTMLElement | null) => field?.focus()
