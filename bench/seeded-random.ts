// Chance that can be replayed.

const modulus = 2 ** 31 - 1
const multiplier = 48_271

/** Numbers in [0, 1) that follow from the seed: a multiplicative congruence modulo a prime. */
export function seededRandom(seed: number): () => number {
  let state = (Math.abs(Math.trunc(seed)) % (modulus - 1)) + 1
  const next = () => {
    state = (state * multiplier) % modulus
    return (state - 1) / (modulus - 1)
  }
  // The first numbers of small seeds are small.
  for (let n = 0; n < 10; n++) next()
  return next
}
