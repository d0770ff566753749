package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// arguments demands from fewest to most arguments, and shows how the command is written to whoever gives others.
func arguments(fewest, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) >= fewest && len(args) <= most {
			return nil
		}
		return fmt.Errorf("%s given, but the command is: %s", count(len(args), "argument"), c.UseLine())
	}
}

// reason is what a flag's value said, without pflag's preamble that repeats the flag, and in words that need no Go.
func reason(err error) string {
	var v *pflag.InvalidValueError
	if !errors.As(err, &v) {
		return err.Error()
	}
	var n *strconv.NumError
	switch {
	case errors.As(err, &n) && n.Func == "ParseBool":
		return fmt.Sprintf("%q is neither true nor false", v.GetValue())
	case v.GetFlag().Value.Type() == "duration":
		return fmt.Sprintf("%q is no length of time: 30s, 15m or 2h", v.GetValue())
	case v.GetFlag().Value.Type() == "int", v.GetFlag().Value.Type() == "uint64":
		return fmt.Sprintf("%q is no whole number", v.GetValue())
	}
	return v.Unwrap().Error()
}

// flagError is a flag on the command line that can't be read.
func flagError(_ *cobra.Command, err error) error {
	var v *pflag.InvalidValueError
	if errors.As(err, &v) {
		return fmt.Errorf("--%s: %s", v.GetFlag().Name, reason(err))
	}
	return err
}

// notUnderstood is cobra's own error as a failure: an unknown command or flag, a wrong number of arguments. What cobra suggests follows
// after an empty line.
func notUnderstood(err error) error {
	text, suggestion, _ := strings.Cut(err.Error(), "\n\n")
	if _, names, ok := strings.Cut(suggestion, "?"); ok {
		text += fmt.Sprintf("; did you mean %s?", strings.Join(strings.Fields(names), " or "))
	}
	return usage("%s", text)
}

// words are the values of the flags that take one of a few.
var words = map[string][]string{
	"environment": {"sandbox", "production"},
	"blank":       {"disassociate", "keep", "error"},
	"on-conflict": {"skip", "fail", "overwrite"},
	"log-level":   {"debug", "info", "warn", "error"},
	"log-format":  {"auto", "console", "json"},
	"headers":     {"current", "older", "none"},
	"refuse-kyb":  kybStatuses,
}

// completeWords lets the shell complete them.
func completeWords(c *cobra.Command) {
	for name, values := range words {
		if c.Flags().Lookup(name) != nil {
			// it fails only for a flag that is not there, or was registered before
			_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
		}
	}
}
