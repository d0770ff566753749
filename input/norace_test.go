//go:build !race

package input

const underRace = false
