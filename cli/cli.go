// Package cli is the command line: flags, wiring, what a person sees, exit codes. It alone logs, prompts and decides how a process ends.
package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"dakota-reconcile/dakota"
)

const program = "dakota-reconcile"

// Process is what the command gets from the operating system.
type Process struct {
	Args    []string // without the program's name
	Env     func(string) string
	In      io.Reader
	Out     io.Writer
	Err     io.Writer
	Signals <-chan os.Signal // the first drains, the second leaves; nil: never
}

// patience is how long the second signal waits for the reports before the process ends all the same.
const patience = 3 * time.Second

// Run runs the command that the arguments name and returns the process's exit code.
func Run(p Process) int {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	a := &app{process: p, screen: newScreen(p), options: &options{}, leave: make(chan struct{})}
	done := make(chan int, 1)
	go func() { done <- a.execute(ctx) }()
	var why *interruption
	var leave <-chan time.Time
	for {
		select {
		case code := <-done:
			return code
		case <-leave:
			return why.code()
		case s := <-p.Signals:
			if why == nil {
				why = &interruption{s}
				a.announce(why)
				cancel(why)
			} else if leave == nil {
				a.abandon()
				leave = time.After(patience)
			}
		}
	}
}

// app is one process: its streams, its flags, its log.
type app struct {
	process  Process
	screen   screen
	options  *options
	log      zerolog.Logger
	deadline time.Time     // of --deadline; zero without
	leave    chan struct{} // closed by the second signal
	started  time.Time
	begun    bool   // the command line was understood
	command  string // the command's name
	printed  bool   // the document of --json is on stdout

	waiting atomic.Int64                  // until when the quota makes requests wait, Unix milliseconds
	client  atomic.Pointer[dakota.Client] // the one that may have writes in flight; nil: there is none
}

// announce says what a signal leads to, where that takes a while: a command that only reads ends at once.
func (a *app) announce(why *interruption) {
	if a.client.Load() != nil {
		a.say("\n%s: nothing new is started; what is in flight is finished and reported. Once more to leave now.\n", why)
	}
}

// abandon gives up what is in flight: each write is in doubt then, and the run ends with its reports.
func (a *app) abandon() {
	close(a.leave)
	if c := a.client.Load(); c != nil {
		c.Abandon()
	}
}

// execute runs the command and turns its error into words and an exit code.
func (a *app) execute(ctx context.Context) int {
	a.started = a.now()
	root := a.root()
	root.SetArgs(a.process.Args)
	ran, err := root.ExecuteContextC(ctx)
	var f *failure
	if err != nil && !errors.As(err, &f) && !a.begun {
		err = notUnderstood(err)
	}
	if ctx.Err() != nil && err != nil && !errors.Is(err, errQuiet) {
		err = context.Cause(ctx)
	}
	if errors.As(err, &f) && f.code == exitUsage && len(f.hints) == 0 {
		f.hints = []string{"see: " + helpOf(ran)}
	}
	if err != nil {
		complain(a.screen.err, err)
	}
	a.printFailure(err)
	return exitCode(err)
}

// helpOf is the command that shows the help of another.
func helpOf(c *cobra.Command) string {
	return strings.TrimSpace(program + " help " + strings.TrimPrefix(strings.TrimPrefix(c.CommandPath(), program), " "))
}

// root builds the command tree.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           program,
		Short:         "Make the sub-client associations of a Dakota account match a spreadsheet",
		Long:          manual,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetOut(a.screen.out)
	root.SetErr(a.screen.err)
	root.SetFlagErrorFunc(flagError)
	root.CompletionOptions.HiddenDefaultCmd = false
	root.PersistentFlags().StringVar(&a.options.config, "config", "", "a YAML file of flag names and values (default: config.yaml in the user's config directory)")
	root.PersistentFlags().BoolVar(&a.options.showConfig, "show-config", false, "print each flag's value and where it came from, and stop")
	root.PersistentPreRunE = a.prepare
	for _, c := range []*cobra.Command{
		a.validateCommand(), a.planCommand(), a.applyCommand(), a.resumeCommand(), a.rollbackCommand(), a.runsCommand(),
		a.exportCommand(), a.simulateCommand(), a.demoCommand(), a.versionCommand(),
	} {
		completeWords(c)
		root.AddCommand(c)
	}
	return root
}
