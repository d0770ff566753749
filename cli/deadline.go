package cli

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// errDeadline is the cause of a run that --deadline stopped.
var errDeadline = errors.New("the deadline is reached")

// bounded runs f with flags that make sense together, and under --deadline.
func (a *app) bounded(ctx context.Context, f func(context.Context) error) error {
	if err := a.checkPlanFlags(); err != nil {
		return err
	}
	ctx, cancel, err := a.withDeadline(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	return f(ctx)
}

// withDeadline bounds a run by --deadline. Reaching it drains the run as an interruption does.
func (a *app) withDeadline(ctx context.Context) (context.Context, context.CancelFunc, error) {
	end, err := parseDeadline(a.options.deadline, time.Now())
	if err != nil {
		return nil, nil, err
	}
	if end.IsZero() {
		return ctx, func() {}, nil
	}
	a.deadline = end
	ctx, cancel := context.WithDeadlineCause(ctx, end, errDeadline)
	return ctx, cancel, nil
}

// parseDeadline reads a duration from now, a time of day (the next one), or an RFC 3339 time; zero for "".
func parseDeadline(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(s); err == nil && d > 0 {
		return now.Add(d), nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil && t.After(now) {
		return t, nil
	}
	if t, err := time.ParseInLocation("15:04", s, now.Location()); err == nil {
		end := time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), 0, 0, now.Location())
		if !end.After(now) {
			end = time.Date(now.Year(), now.Month(), now.Day()+1, t.Hour(), t.Minute(), 0, 0, now.Location())
		}
		return end, nil
	}
	return time.Time{}, usage("--deadline %s", fmt.Sprintf("%q is no duration from now (90m), no time of day (06:00) and no RFC 3339 time still to come", s))
}
