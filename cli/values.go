package cli

import "fmt"

// parsed is a flag whose value a package of ours reads and writes: it says what it takes when it refuses.
type parsed[T fmt.Stringer] struct {
	value *T
	parse func(string) (T, error)
	kind  string // in the help: the form of the value
}

func (f parsed[T]) Type() string   { return f.kind }
func (f parsed[T]) String() string { return (*f.value).String() }
func (f parsed[T]) Set(s string) error {
	v, err := f.parse(s)
	if err == nil {
		*f.value = v
	}
	return err
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
