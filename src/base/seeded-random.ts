// Chance that can be had again.

/** Numbers in [0, 1) that follow from the seed: a linear congruence modulo a prime. @param seed a whole number */
export function seededRandom(seed: number): () => number {
  const modulus = 2_147_483_647
  let state = (Math.abs(Math.trunc(seed)) % (modulus - 1)) + 1
  const next = () => {
    state = (state * 48_271) % modulus
    return (state - 1) / (modulus - 1)
  }
  // The first numbers of small seeds are small.
  for (let round = 0; round < 3; round++) next()
  return next
}
