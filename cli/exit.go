package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// The exit codes. They are a contract with cron and CI (README, Exit codes).
const (
	exitDone        = 0
	exitUnexpected  = 1
	exitChanges     = 2 // only plan --detailed-exitcode
	exitRows        = 3 // some rows failed, conflicted, were invalid or refused
	exitRefused     = 4 // a guard or another run's lock; nothing was changed
	exitInput       = 5
	exitConfig      = 6 // key, permission or configuration
	exitStopped     = 7 // deadline, budget or outage; resumable
	exitUsage       = 64
	exitInterrupted = 130
	exitTerminated  = 143
)

// failure is an error on its way to a person: what went wrong, lines that say what to do, and the exit code.
type failure struct {
	code  int
	err   error
	hints []string
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// fail makes a failure of err. Each hint is a line that says what to do.
func fail(code int, err error, hints ...string) error { return &failure{code, err, hints} }

// usage is a failure of the command line. execute adds where the command's help is.
func usage(format string, args ...any) error { return fail(exitUsage, fmt.Errorf(format, args...)) }

// errQuiet is the error of a command that has said everything already; only its exit code is left.
var errQuiet = errors.New("finished with rows to look at")

// quiet ends a command with an exit code and no further text.
func quiet(code int) error {
	if code == exitDone {
		return nil
	}
	return fail(code, errQuiet)
}

// exitCode tells the exit code of an error that ended a command.
func exitCode(err error) int {
	var f *failure
	var i *interruption
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &f):
		return f.code
	case errors.As(err, &i):
		return i.code()
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	return exitUnexpected
}

// complain prints an error and its hints.
func complain(w io.Writer, err error) {
	if errors.Is(err, errQuiet) {
		return
	}
	fmt.Fprintf(w, "%s: %s\n", program, clean(err.Error(), multiline))
	var f *failure
	if !errors.As(err, &f) {
		return
	}
	for _, h := range f.hints {
		fmt.Fprintf(w, "  %s\n", clean(h, multiline))
	}
}

// interruption is the cause of a context that a signal cancelled.
type interruption struct{ signal os.Signal }

func (i *interruption) Error() string {
	switch i.signal {
	case syscall.SIGTERM:
		return "terminated by SIGTERM"
	case syscall.SIGHUP:
		return "the terminal went away (SIGHUP)"
	}
	return "interrupted"
}

func (i *interruption) code() int {
	if i.signal == syscall.SIGTERM || i.signal == syscall.SIGHUP {
		return exitTerminated
	}
	return exitInterrupted
}
