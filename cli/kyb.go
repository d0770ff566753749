package cli

import (
	"slices"
	"strings"
)

// kybStatuses are the values that the API documents. It may send others some day.
var kybStatuses = []string{"active", "pending", "partner_review", "rejected", "frozen", "auto_declined", "restricted"}

// tidyKYB reads --refuse-kyb as people write it ("Frozen, rejected"), and warns of a value that the API does not document: a slip would
// leave nobody alone.
func (a *app) tidyKYB() {
	for i, v := range a.options.refuseKYB {
		v = strings.ToLower(strings.TrimSpace(v))
		a.options.refuseKYB[i] = v
		if !slices.Contains(kybStatuses, v) {
			a.log.Warn().Str("value", v).Strs("documented", kybStatuses).Msg("--refuse-kyb: no kyb_status of this name is documented, so perhaps no customer is left alone")
		}
	}
}
