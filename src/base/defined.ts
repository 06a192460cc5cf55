// Options as people write them: a field that is undefined was left out.

/** The same fields without those that are undefined, so that a spread over defaults does not erase them. */
export function definedOf<Options extends object>(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options
}
