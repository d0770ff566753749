package main

import (
	"os"
	"os/signal"
	"syscall"

	"dakota-reconcile/cli"
)

func main() {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	signal.Ignore(syscall.SIGPIPE) // a reader that goes away (apply | head) must not kill a run between two PATCHes
	os.Exit(cli.Run(cli.Process{
		Args:    os.Args[1:],
		Env:     os.Getenv,
		In:      os.Stdin,
		Out:     os.Stdout,
		Err:     os.Stderr,
		Signals: signals,
	}))
}
