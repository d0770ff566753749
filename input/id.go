package input

import (
	"bytes"
	"time"

	"github.com/segmentio/ksuid"
)

// id is the text of a well-formed id.
type id [27]byte

// folded is the id without its case.
func (i id) folded() id {
	for n, c := range i {
		i[n] = lower[c]
	}
	return i
}

// lower maps the characters of ids to lower case, everything else to 0.
var lower = func() (t [256]byte) {
	for c := '0'; c <= '9'; c++ {
		t[c] = byte(c)
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = byte(c), byte(c)
	}
	return t
}()

// latest is the greatest id that reconcile.CheckID accepts. Ids order like the times inside them, so that comparing texts spares a million
// conversions.
func latest(now time.Time) string {
	k, err := ksuid.FromParts(now.Add(24*time.Hour), bytes.Repeat([]byte{0xff}, 16))
	if err != nil {
		return "" // no id is well-formed at a glance then: reconcile.CheckID sees to each
	}
	return k.String()
}

// wellFormed says at a glance what reconcile.CheckID says at length, and why of what is none.
func wellFormed(s, latest string) bool {
	if len(s) != len(id{}) || s > latest {
		return false
	}
	for i := range len(s) {
		if lower[s[i]] == 0 {
			return false
		}
	}
	return true
}
