package ledger_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dakota-reconcile/reconcile"
)

// TestAnyRunComesBackAsItWasGiven fills every field that a run has, by reflection: a field that is added to Run or to Result and not
// stored fails here.
func TestAnyRunComesBackAsItWasGiven(t *testing.T) {
	l := open(t)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		begun, ended := arbitraryRun(rt, "begun"), arbitraryRun(rt, "ended")
		begun.ID = fmt.Sprint("run", n)
		ended.ID = begun.ID
		r, err := l.Begin(t.Context(), begun, nil)
		if err != nil {
			rt.Fatal(err)
		}
		if d := cmp.Diff(begun, load(t, l, begun.ID)); d != "" {
			rt.Errorf("after Begin (-given +loaded):\n%s", d)
		}
		if err := r.Finish(t.Context(), ended); err != nil {
			rt.Fatal(err)
		}
		if d := cmp.Diff(ended, load(t, l, ended.ID)); d != "" {
			rt.Errorf("after Finish (-given +loaded):\n%s", d)
		}
	})
}

// TestEveryFieldIsStored does the same once, with no field left at its zero value: a property test could miss one.
func TestEveryFieldIsStored(t *testing.T) {
	var run reconcile.Run
	fill(reflect.ValueOf(&run).Elem(), new(int64))
	l := open(t)
	begin(t, l, run)
	if d := cmp.Diff(run, load(t, l, run.ID)); d != "" {
		t.Errorf("(-given +loaded):\n%s", d)
	}
}

// fill sets everything in v to values that differ from each other and from zero.
func fill(v reflect.Value, n *int64) {
	*n++
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(at.Add(time.Duration(*n) * time.Millisecond)))
	case v.CanInt():
		v.SetInt(*n)
	case v.Kind() == reflect.String:
		v.SetString(fmt.Sprint("value ", *n))
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	default:
		panic("a kind of field that this test does not know: " + v.Type().String())
	}
}

func arbitraryRun(t *rapid.T, label string) reconcile.Run {
	var run reconcile.Run
	arbitrary(t, reflect.ValueOf(&run).Elem(), label)
	if len(run.Results) == 0 {
		run.Results = nil // the one list whose emptiness has only one form
	}
	return run
}

// arbitrary sets everything in v to anything that a run may hold: valid UTF-8, times in UTC and whole milliseconds.
func arbitrary(t *rapid.T, v reflect.Value, label string) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		if rapid.Bool().Draw(t, label+" set") {
			ms := rapid.Int64Range(-1e12, 4e12).Draw(t, label)
			v.Set(reflect.ValueOf(time.UnixMilli(ms).UTC()))
		}
	case v.CanInt():
		bits := v.Type().Bits()
		v.SetInt(rapid.Int64Range(-1<<(bits-1), 1<<(bits-1)-1).Draw(t, label))
	case v.Kind() == reflect.String:
		v.SetString(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "\x00", "a\x00b", "<&>", "\u2028", "'", `"`, "1e5"})).Draw(t, label))
	case v.Kind() == reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, label))
	case v.Kind() == reflect.Pointer:
		if rapid.Bool().Draw(t, label+" set") {
			v.Set(reflect.New(v.Type().Elem()))
			arbitrary(t, v.Elem(), label)
		}
	case v.Kind() == reflect.Slice:
		if n := rapid.IntRange(-1, 4).Draw(t, label+" length"); n >= 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				arbitrary(t, v.Index(i), label)
			}
		}
	default:
		for i := range v.NumField() {
			arbitrary(t, v.Field(i), label+"."+v.Type().Field(i).Name)
		}
	}
}

// TestANameThatIsNoUTF8ComesBack guards what JSON would mangle: on Linux a file's name is any bytes.
func TestANameThatIsNoUTF8ComesBack(t *testing.T) {
	l := open(t)
	run := planned("r1", 1)
	run.Source.Name, run.Source.Path = "caf\xe9.csv", "/tmp/caf\xe9.csv"
	begin(t, l, run)
	if d := cmp.Diff(run, load(t, l, run.ID)); d != "" {
		t.Errorf("(-given +loaded):\n%s", d)
	}
}
