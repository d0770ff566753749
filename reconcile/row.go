package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dakota-reconcile/dakota"
)

// step is what a worker hands back: one reading, one PATCH, a PATCH right after the reading it is based on, or the
// intents of a lot of rows.
type step struct {
	turn *turn
	lot  []*turn // those prepared, when that was all
	done bool    // the row's result stands; else it needs another step
	aged bool    // its reading grew too old while it waited for the quota: it is to be read again, now
	sign sign    // for the breaker
	stop error   // what must end the run; nil for nothing
}

// advance takes a row one step further. A row in doubt is read, not sent: a second PATCH would overwrite what somebody else may have
// changed in between. The reading comes after a pause, so that a request that is late has landed, and right before the next PATCH, so
// that this is based on the freshest there is.
func (s *session) advance(t *turn) step {
	if t.batch != nil {
		return s.rereadBatch(t)
	}
	if t.doubt || s.stale(&s.rows[t.row]) {
		if st, stays := s.reread(t); !stays {
			return st
		}
	}
	return s.send(t)
}

// stale tells whether the reading a row is based on is too old for a PATCH.
func (s *session) stale(r *Result) bool {
	return s.MaxStaleness >= 0 && time.Since(r.ObservedAt) >= s.MaxStaleness
}

// errNotAsWished is an answer of success that proves nothing.
var errNotAsWished = errors.New("the API answered with success, but the customer in its answer is not as wished")

// errAged is a reading that grew too old while its PATCH waited for the quota.
var errAged = errors.New("the reading grew too old while the change waited for the quota")

const (
	// waitGrace is how long a PATCH may wait for the quota beyond MaxStaleness, since it can't leave in the moment of its reading.
	waitGrace = 3 * time.Second
	// maxAged is how often a reading is repeated for that. In a window of very few requests none would ever be fresh enough.
	maxAged = 2
)

// aged tells whether the reading a row is based on has grown too old since it was asked for last.
func (s *session) aged(t *turn) bool {
	if s.MaxStaleness < 0 || t.aged >= maxAged {
		return false
	}
	return time.Since(s.rows[t.row].ObservedAt) > s.MaxStaleness+max(waitGrace, 2*s.API.Quota().Interval)
}

// send makes one PATCH and judges its answer.
func (s *session) send(t *turn) step {
	r := &s.rows[t.row]
	var unrecorded error
	answer, err := s.API.SetSubClient(s.run, r.CustomerID, r.SubClientID, func(ctx context.Context) error {
		if s.aged(t) {
			return errAged
		}
		unrecorded = s.intend(ctx, t, r.Attempts+1)
		return unrecorded
	})
	if errors.Is(err, errAged) && s.run.Err() == nil {
		t.aged++
		return step{turn: t, aged: true}
	}
	if errors.Is(err, dakota.ErrNotSent) {
		return s.notSent(t, err, unrecorded)
	}
	r.Attempts++
	if err != nil {
		return s.refused(t, err)
	}
	r.HTTPStatus = answer.HTTPStatus
	if c := answer.Customer; c.ID != r.CustomerID || c.SubClientID != r.SubClientID {
		return s.doubtful(t, errNotAsWished)
	}
	return s.applied(t, answer)
}

// intend makes the intent durable. A PATCH that was refused for its quota, or never left, is the same attempt again and has its intent.
func (s *session) intend(ctx context.Context, t *turn, attempt int) error {
	if t.intended >= attempt {
		return nil
	}
	if err := s.Journal.Intend(ctx, Intent{Row: t.row, Attempt: attempt}); err != nil {
		return err
	}
	t.intended = attempt
	return nil
}

// notSent judges a PATCH that did not leave.
func (s *session) notSent(t *turn, err, unrecorded error) step {
	switch {
	case s.run.Err() != nil:
		return s.interrupted(t)
	case unrecorded != nil:
		st := s.interrupted(t)
		st.stop = fmt.Errorf("%w: %w", ErrJournal, unrecorded)
		return st
	case errors.Is(err, dakota.ErrBudget), errors.Is(err, dakota.ErrThrottled):
		st := s.interrupted(t)
		st.stop = halting(err)
		return st
	case !dakota.Unavailable(err): // nothing that would be better the next time
		r := &s.rows[t.row]
		r.Status, r.ErrorCode, r.Error = Failed, "not_sent", textOf(err)
		return s.conclude(t)
	}
	t.cause = err
	return step{turn: t, sign: down} // no connection: nothing the row could help
}

// refused judges a PATCH that left and failed.
func (s *session) refused(t *turn, err error) step {
	r := &s.rows[t.row]
	r.HTTPStatus = 0
	var answer *dakota.Error
	if errors.As(err, &answer) {
		r.HTTPStatus, r.RequestID = answer.Status, answer.RequestID
	}
	if dakota.InDoubt(err) {
		return s.doubtful(t, err)
	}
	r.Status, r.ErrorCode, r.Error = Failed, codeOf(err), textOf(err)
	st := s.conclude(t)
	st.sign = up
	if keyRefused(err) {
		st.stop = err
	}
	return st
}

// doubtful keeps a row whose PATCH may or may not have been made for a reading.
func (s *session) doubtful(t *turn, cause error) step {
	t.doubt, t.cause = true, cause
	var answer *dakota.Error
	if errors.Is(cause, errNotAsWished) || errors.As(cause, &answer) && !unreachable(cause) {
		return step{turn: t, sign: failing} // an API that is down does not answer so
	}
	return step{turn: t, sign: down}
}

// applied ends a row whose change an answer has proved.
func (s *session) applied(t *turn, proof dakota.Answer) step {
	r := &s.rows[t.row]
	t.doubt = false
	r.Status, r.KYBStatus, r.ErrorCode, r.Error = Applied, proof.Customer.KYBStatus, "", ""
	if proof.RequestID != "" {
		r.RequestID = proof.RequestID
	}
	st := s.conclude(t)
	st.sign = up
	return st
}

// interrupted ends a row's turn because the run ends. Where its intent is durable the journal must hear that no reading is needed, or
// that one still is.
func (s *session) interrupted(t *turn) step {
	r := &s.rows[t.row]
	switch {
	case t.doubt:
		r.Status, r.ErrorCode = InDoubt, codeOf(t.cause)
		r.Error = fmt.Sprintf("sent, but the run ended before a reading could tell whether the change was made: %s", textOf(t.cause))
	case t.cause != nil:
		r.Status, r.ErrorCode = NotAttempted, codeOf(t.cause)
		r.Error = fmt.Sprintf("the run ended before another try; the last one was not made: %s", textOf(t.cause))
	default:
		r.Status = NotAttempted
		if t.intended == 0 {
			return step{turn: t, done: true}
		}
	}
	return s.conclude(t)
}

// conclude hands the row's outcome to the journal.
func (s *session) conclude(t *turn) step {
	r := &s.rows[t.row]
	if r.Attempts > 0 {
		r.FinishedAt = wholeMillis(time.Now())
	}
	st := step{turn: t, done: true}
	if err := s.Journal.Conclude(t.row, *r); err != nil {
		st.stop = fmt.Errorf("%w: %w", ErrJournal, err)
	}
	return st
}
