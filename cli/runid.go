package cli

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"dakota-reconcile/ledger"
)

// runID names a run: sortable by start, with a tail that tells runs of one second apart.
func runID(start time.Time) string {
	return fmt.Sprintf("%s-%04x", start.UTC().Format("20060102T150405Z"), rand.N(1<<16))
}

// fewest is how many characters of a run's name have to be given.
const fewest = 4

// wholeID is the name of the run that a person means by its beginning or its end, if it is one run's alone.
func wholeID(ctx context.Context, l *ledger.Ledger, id string) (string, error) {
	runs, err := l.Runs(ctx)
	if err != nil {
		return "", fail(exitUnexpected, err)
	}
	var meant []string
	for _, h := range runs {
		if h.ID == id {
			return id, nil
		}
		if len(id) >= fewest && (strings.HasPrefix(h.ID, id) || strings.HasSuffix(h.ID, id)) {
			meant = append(meant, h.ID)
		}
	}
	switch len(meant) {
	case 0:
		return "", noSuchRun(id, l.Path())
	case 1:
		return meant[0], nil
	}
	return "", fail(exitUsage, fmt.Errorf("run %q can be %s", id, several(meant)), "give more of its name")
}

// several names the first of many.
func several(names []string) string {
	if len(names) > 3 {
		return fmt.Sprintf("%s or %s", strings.Join(names[:3], ", "), count(len(names)-3, "other"))
	}
	return strings.Join(names, " or ")
}

func noSuchRun(id, path string) error {
	return fail(exitConfig, fmt.Errorf("no run %q in %s", id, path), "see: "+program+" runs list; the first or last characters of a name are enough")
}

// notLoaded is the failure to read a run that the ledger lists.
func notLoaded(err error) error {
	if errors.Is(err, ledger.ErrNoRun) {
		return fail(exitConfig, err, "see: "+program+" runs list")
	}
	return fail(exitUnexpected, err)
}
