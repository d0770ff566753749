/*
Dakota-reconcile makes the sub-client associations of a Dakota account match a spreadsheet.

Usage:

	dakota-reconcile validate INPUT            read and check the file; no network
	dakota-reconcile plan INPUT [--out FILE]   the difference, the bill in requests, the finish time
	dakota-reconcile apply INPUT|PLAN          plan, ask, PATCH, report
	dakota-reconcile resume [RUN]              finish an interrupted run
	dakota-reconcile rollback [RUN]            put back what a run changed
	dakota-reconcile runs [list|show RUN]      what was done, by whom, when
	dakota-reconcile export FILE               write today's associations as an input file
	dakota-reconcile simulate                  serve a fake Dakota API on localhost
	dakota-reconcile demo                      simulator, sample spreadsheet, plan, apply; no key needed

INPUT is a file or - for standard input. It has a row for each customer and two columns, customer_id and sub_client_id; an empty
sub_client_id disassociates the customer. Further columns are carried through to the report.

# How a run goes

The file is read and every problem in it is named with its place; with a problem nothing is sent. Then as much of the account is read
as the rows concern, in as few requests as that takes, and the difference is shown together with its bill: requests made, requests to
come, the time of the end. Guards refuse a plan that would disassociate unusually many customers. Up to here nothing but GETs has been
sent. apply asks, and then sends one PATCH for each row that differs, never faster than the key allows. An answer proves a row applied;
where there is no such answer, a read settles what happened. The report has one row for each row of the input.

# The key

The API key comes from DAKOTA_API_KEY, from the file that DAKOTA_API_KEY_FILE names, or from the output of the command in
DAKOTA_API_KEY_COMMAND; never from a flag. The account is the sandbox unless --environment production is given.

# Exit codes

	0    done: everything applied or already right (plan: made)
	1    unexpected failure
	2    changes pending (only plan --detailed-exitcode)
	3    finished; some rows failed, conflicted, were refused or invalid
	4    refused by a guard or by another run's lock; nothing was changed
	5    the input is invalid; nothing was sent
	6    key, permission or configuration
	7    stopped early by deadline, budget, limit or an outage; resumable
	64   wrong usage
	130  interrupted (SIGINT); in-flight rows finished, the report written, resumable
	143  terminated (SIGTERM, or SIGHUP of a lost terminal); likewise

# The report

A CSV has these columns, then the input's own further columns:

	row, customer_id, customer_name, sub_client_id, sub_client_name, previous_sub_client_id, previous_sub_client_name, action, status,
	kyb_status, http_status, error_code, error, request_id, attempts, finished_at

status is planned, applied, unchanged, failed, conflict, refused, invalid, not_attempted, unlisted, or in_doubt: the row was sent, and
the run ended before a read could settle what became of it; resume settles it.
*/
package main
