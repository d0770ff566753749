package reconcile

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"dakota-reconcile/dakota"
)

// hasStatus tells whether the API answered with one of the statuses.
func hasStatus(err error, statuses ...int) bool {
	var answer *dakota.Error
	return errors.As(err, &answer) && slices.Contains(statuses, answer.Status)
}

// notThere tells whether the API says that there is no such customer.
func notThere(err error) bool { return hasStatus(err, http.StatusNotFound) }

// keyRefused tells whether err says that no request of this key will do.
func keyRefused(err error) bool {
	return hasStatus(err, http.StatusUnauthorized, http.StatusForbidden)
}

// halting returns why no further request will leave, nil when that is not what err says.
func halting(err error) error {
	switch {
	case errors.Is(err, dakota.ErrBudget):
		return err
	case errors.Is(err, dakota.ErrThrottled):
		return fmt.Errorf("%w: %w", ErrOutage, err)
	}
	return nil
}

// unreachable tells whether a gateway says that there is nobody behind it.
func unreachable(err error) bool {
	return hasStatus(err, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout)
}

// codeOf returns a short word for a failure: the API's own where it gave one.
func codeOf(err error) string {
	var answer *dakota.Error
	switch {
	case errors.As(err, &answer) && answer.Status == http.StatusNotFound:
		return "customer_not_found"
	case answer != nil && answer.Code != "":
		return answer.Code
	case answer != nil:
		return fmt.Sprintf("http_%d", answer.Status)
	case errors.Is(err, errNotAsWished):
		return "not_as_wished"
	}
	return "no_answer"
}

// textOf says what went wrong, without the doubt that is settled by then.
func textOf(err error) string {
	var answer *dakota.Error
	if errors.As(err, &answer) {
		return answer.Error()
	}
	for dakota.InDoubt(err) {
		err = errors.Unwrap(err)
	}
	return err.Error()
}
