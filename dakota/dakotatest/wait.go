package dakotatest

import (
	"context"
	"errors"
	"time"
)

// sleep waits; it returns early with an error when the client gives up.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// errHeldForever says that a test holds a request which nobody can give up.
var errHeldForever = errors.New("dakotatest: a hang without HangFor needs a request that can be cancelled")

// hold waits for d, or when that is 0 until the client gives up.
func hold(ctx context.Context, d time.Duration) error {
	if d > 0 {
		return sleep(ctx, d)
	}
	if ctx.Done() == nil {
		panic(errHeldForever)
	}
	<-ctx.Done()
	return ctx.Err()
}
