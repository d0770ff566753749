package cli

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"dakota-reconcile/dakota"
)

// prepare runs before every command: it settles the flags and opens the log.
func (a *app) prepare(cmd *cobra.Command, _ []string) error {
	a.begun, a.command = true, cmd.Name()
	from, err := configure(cmd, a.process.Env, a.options)
	if err != nil {
		return err
	}
	if err := a.openLog(); err != nil {
		return err
	}
	if a.options.noColour {
		a.screen.colour.on = false
	}
	sweep(os.TempDir(), time.Now())
	a.tidyKYB()
	// Only who names this one file can mean that its whole column is blank; a word in a config file is meant for all of them.
	a.options.input.BlankSaid = from["blank"] == "flag"
	if a.options.showConfig {
		if err := a.showConfig(cmd, from); err != nil {
			return err
		}
		return fail(exitDone, errQuiet)
	}
	return nil
}

// openLog makes the logger that --log-level and --log-format ask for. Nothing but a terminal gets the console form by itself.
func (a *app) openLog() error {
	level, err := zerolog.ParseLevel(orElse(a.options.logLevel, "info"))
	if err != nil || level < zerolog.DebugLevel || level > zerolog.ErrorLevel {
		return usage("--log-level %q is none of debug, info, warn, error", a.options.logLevel)
	}
	if a.options.quiet && level < zerolog.ErrorLevel {
		level = zerolog.ErrorLevel
	}
	var console bool
	switch a.options.logFormat {
	case "", "auto":
		console = a.screen.errTTY
	case "console":
		console = true
	case "json":
	default:
		return usage("--log-format %q is none of auto, console, json", a.options.logFormat)
	}
	zerolog.TimeFieldFormat = "2006-01-02T15:04:05.000Z07:00"
	a.log = zerolog.New(a.screen.err).Level(level).With().Timestamp().Logger()
	if console {
		a.log = a.log.Output(zerolog.ConsoleWriter{Out: a.screen.err, TimeFormat: time.TimeOnly, NoColor: !a.screen.colour.on || !a.screen.errTTY})
	}
	return nil
}

// longWait is longer than the documented window: whoever waits so long wants to know why.
const longWait = 70 * time.Second

// requestHooks log each request at debug, and tell the progress of waiting. Neither a header nor a body is ever in an event.
func (a *app) requestHooks() dakota.Hooks {
	return dakota.Hooks{
		Request: func(e dakota.RequestEvent) {
			a.log.Debug().Str("kind", string(e.Kind)).Str("customer_id", e.CustomerID).Int("attempt", e.Attempt).Int("status", e.Status).
				Str("request_id", e.RequestID).Dur("took_ms", e.Took).AnErr("error", e.Err).Msg("request")
		},
		Wait: func(e dakota.WaitEvent) {
			a.waiting.Store(e.Until.UnixMilli())
			level := zerolog.DebugLevel
			if time.Until(e.Until) > longWait {
				level = zerolog.InfoLevel
			}
			a.log.WithLevel(level).Time("until", e.Until).Str("reason", e.Reason).Msg("waiting for the quota")
		},
	}
}

// say prints to the person, on stderr, unless --quiet.
func (a *app) say(format string, args ...any) {
	if !a.options.quiet {
		fmt.Fprintf(a.screen.err, format, args...)
	}
}

// tell prints what was asked for: to stdout, or with --json to stderr, where it does not stand in the document's way.
func (a *app) tell(format string, args ...any) {
	switch {
	case a.options.quiet:
	case a.options.asJSON:
		fmt.Fprintf(a.screen.err, format, args...)
	default:
		fmt.Fprintf(a.screen.out, format, args...)
	}
}

// count is a number with its noun: 1 row, 2 rows.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if strings.HasSuffix(noun, "s") || strings.HasSuffix(noun, "x") {
		return fmt.Sprintf("%d %ses", n, noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
