package reconcile

import (
	"fmt"
	"time"

	"github.com/segmentio/ksuid"
)

// idLength is the number of characters of a KSUID in text.
const idLength = 27

// CheckID returns nil for a well-formed id and otherwise what is wrong with it: its length, its alphabet, or a creation time inside it
// that is later than now plus a day (an earlier one than 2014 can't be written in a KSUID).
func CheckID(id string, now time.Time) *Problem {
	if len(id) != idLength {
		return &Problem{"bad_id", fmt.Sprintf("an id has %d characters, this has %d", idLength, len([]rune(id)))}
	}
	for i := range len(id) {
		if c := id[i]; (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return &Problem{"bad_id", fmt.Sprintf("an id has only digits and letters, this has %q at place %d", []rune(id[i:])[0], i+1)}
		}
	}
	k, err := ksuid.Parse(id)
	if err != nil {
		return &Problem{"bad_id", "this is no KSUID: its value is out of range"}
	}
	if t := k.Time(); t.After(now.Add(24 * time.Hour)) {
		return &Problem{"bad_id", fmt.Sprintf("the time inside this id is %s, which is still to come: a character is wrong", t.UTC().Format(time.DateOnly))}
	}
	return nil
}

// idSecond returns the second in which the id was made, Unix seconds; 0 for what is not an id. It serves to ask fewer questions and never
// decides an answer.
func idSecond(id string) int64 {
	k, err := ksuid.Parse(id)
	if err != nil {
		return 0
	}
	return k.Time().Unix()
}
