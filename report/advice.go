package report

import (
	"strings"

	"dakota-reconcile/reconcile"
)

// advice is what a report says about one cause: what it is in a few words, and what the reader can do about it.
type advice struct {
	Title, Do string
}

// byCode is the one table of what to do about an error code. Its words are for people who know the spreadsheet, not the API.
var byCode = map[string]advice{
	// Of the cells.
	"bad_id": {
		"Not a valid id",
		"Copy the id again from the dashboard or from an export, as text: spreadsheets turn long ids into numbers or cut them.",
	},
	"number": {
		"A number or a date where an id should be",
		"Format the column as text, then put the ids in again from where they came: the program has changed them for good.",
	},
	"formula": {
		"A formula where an id should be",
		"Paste the column as values; leave only those cells empty that shall be empty.",
	},
	"formula_error": {
		"A formula that failed where an id should be",
		"Mend the formula and paste the column as values; leave only those cells empty that shall be empty.",
	},
	"placeholder": {
		"A word for nothing where an id should be",
		"Leave the cell of the sub-client empty to disassociate the customer, or write the sub-client's id.",
	},
	"blank": {
		"An empty sub-client",
		"Write the sub-client's id, or run with --blank disassociate or --blank keep to say what an empty cell means.",
	},
	"no_customer": {
		"No customer in the row",
		"Write the customer's id, or remove the row.",
	},
	"conflicting_rows": {
		"Two rows say different things of one customer",
		"Decide which of the rows named in the message is right and remove the other.",
	},
	"case_differs": {
		"Two ids that differ only in capitals",
		"Copy both ids again: capitals count, and one of the two is probably mistyped.",
	},
	"merged_cells": {
		"Merged cells among the ids",
		"Unmerge the cells and write the id into each of them.",
	},
	"ragged_row": {
		"A row with too few or too many cells",
		"Open the file in a spreadsheet program and see that each value stands in its column; a value with a separator in it needs quotes.",
	},
	"repeated_header": {
		"The header stands among the rows",
		"Remove the row.",
	},
	"stray_id": {
		"An id stands in a column without a header",
		"Move the id, or the header, to where it belongs; the sub-client's cell itself is empty.",
	},
	"cut_off": {
		"The file seems to be cut off",
		"Get the file again from where it came; its end is missing.",
	},
	"damaged": {
		"The file is damaged here",
		"Save it again from the program that it comes from.",
	},
	// Of the account.
	"customer_not_found": {
		"Unknown customer",
		"Check the id letter by letter, capitals count, and that the file belongs to this environment: sandbox and production have different ids.",
	},
	"sub_client_not_found": {
		"Unknown sub-client",
		"Check the sub-client's id against the list of sub-clients in an export; sandbox and production have different ids.",
	},
	"not_a_sub_client": {
		"The target is not a sub-client",
		"Use the id of a sub-client. A customer is made one when it is created and can't become one later.",
	},
	"same_as_customer": {
		"Customer and sub-client are the same",
		"Put the sub-client's id into its column; one of the two ids was probably copied into both.",
	},
	"sub_client_deleted": {
		"The sub-client was deleted",
		"Choose another sub-client for these customers.",
	},
	"sub_client_not_read": {
		"Not looked up",
		"Nearly none of the file's ids exist in this account: check that the file belongs to this environment and this key.",
	},
	"not_read": {
		"Not looked up",
		"Nearly none of the file's ids exist in this account: check that the file belongs to this environment and this key.",
	},
	"customer_deleted": {
		"The customer was deleted",
		"Take the row out of the file; a deleted customer can't be associated.",
	},
	"customer_is_sub_client": {
		"The customer is itself a sub-client",
		"Take the row out of the file: a sub-client is not put under another one.",
	},
	"kyb_status": {
		"Left alone for its KYB status",
		"Wait until the review of these customers is done, or run again without that status in --refuse-kyb.",
	},
	"not_in_plan": {
		"Not in the plan that was approved",
		"Make a new plan, have it reviewed, and apply that.",
	},
	"limit": {
		"Behind the first changes that --limit allowed",
		"Check the changes that were made, then resume the run for the rest.",
	},
	"budget": {
		"No requests or time left for it",
		"Resume the run, with more in --max-requests or --deadline if it is to be done in one go.",
	},
	// Of the API's answers.
	"not_as_wished": {
		"The API said yes, but the customer is not as wished",
		"Look at the customer in the dashboard; give the request id to Dakota's support if it stays so.",
	},
	"no_answer": {
		"No answer that can be trusted",
		"Resume the run: it reads the customer first and sends only what was not made.",
	},
	"not_sent": {
		"Could not be sent",
		"Check the network, then run these rows again; nothing was changed for them.",
	},
	"changed_since": {
		"Somebody else changed it meanwhile",
		"Ask who changed it and which of the two is right; to enforce the file, run it again, or use --on-conflict overwrite.",
	},
	"unauthorized": {
		"The key was not accepted",
		"Have the API key checked or renewed, then resume the run: nothing that was done is done twice.",
	},
	"forbidden": {
		"The key may not do this",
		"Have the key's permissions checked, then resume the run.",
	},
	"timeout": {
		"No answer in time",
		"Resume the run: it reads the customer first and sends only what was not made.",
	},
}

// byStatus answers for codes that are not in the table, and for none.
var byStatus = map[reconcile.Status]advice{
	reconcile.Failed: {
		"Refused by the API",
		"Read the message: correct the row if it names one, else try it again later.",
	},
	reconcile.Conflict: byCode["changed_since"],
	reconcile.InDoubt: {
		"Sent, but the outcome is not known",
		"Resume the run: it reads these customers and settles each of them.",
	},
	reconcile.Refused: {
		"Left alone on purpose",
		"Nothing was sent for these rows; the message names the rule that held them back.",
	},
	reconcile.Invalid: {
		"The row can't be used",
		"Correct the row in the file and run it again; nothing was sent for it.",
	},
	reconcile.NotAttempted: {
		"Not reached",
		"Resume the run: it goes on where this one stopped.",
	},
	reconcile.Unlisted: {
		"In the sub-client, but not in the file",
		"Add these customers to the file if they belong there, or run with --prune to disassociate them.",
	},
}

// adviceFor looks the row's code up, then what its HTTP status says, then its status. It is empty when nothing is wrong with the row.
func adviceFor(r reconcile.Result) advice {
	if _, ok := byStatus[r.Status]; !ok {
		return advice{}
	}
	if a, ok := byCode[strings.ToLower(r.ErrorCode)]; ok {
		return a
	}
	if r.Status == reconcile.Failed {
		if a, ok := byHTTP(r.HTTPStatus); ok {
			return a
		}
	}
	return byStatus[r.Status]
}

// byHTTP says what a refusal of the API means whose code is not known.
func byHTTP(status int) (advice, bool) {
	switch {
	case status == 400 || status == 422:
		return advice{
			"The API did not accept the change",
			"Read the message; mostly the sub-client belongs to another client or is none. Correct the row and run it again.",
		}, true
	case status == 401:
		return byCode["unauthorized"], true
	case status == 403:
		return byCode["forbidden"], true
	case status == 404:
		return byCode["customer_not_found"], true
	case status >= 500:
		return advice{
			"The API answered with an error of its own",
			"Try these rows again later; if the same ones fail again, give their request ids to Dakota's support.",
		}, true
	}
	return advice{}, false
}

// amiss reports whether a row with this status is something the run's reader must hear about. A file that was only checked has not
// attempted any row, which is as it should be.
func amiss(run reconcile.Run, s reconcile.Status) bool {
	if run.Command == "validate" && s == reconcile.NotAttempted {
		return false
	}
	_, ok := byStatus[s]
	return ok
}
