package main

import (
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"

	"dakota-reconcile/cli"
)

func main() {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup means to go on
		signal.Notify(signals, syscall.SIGHUP)
	}
	signal.Ignore(syscall.SIGPIPE) // a reader that goes away (apply | head) must not kill a run between two PATCHes
	log.SetOutput(io.Discard)      // net/http logs pieces of answers that it did not expect, and they hold the customers' secrets
	os.Exit(cli.Run(cli.Process{
		Args:    os.Args[1:],
		Env:     os.Getenv,
		In:      os.Stdin,
		Out:     os.Stdout,
		Err:     os.Stderr,
		Signals: signals,
	}))
}
