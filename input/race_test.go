//go:build race

package input

// underRace thins out the mutations, which run ten times slower then.
const underRace = true
