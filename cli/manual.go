package cli

// manual is the long help of the program; doc.go tells more.
const manual = `Make the sub-client associations of a Dakota account match a spreadsheet of customer_id,sub_client_id rows (an empty
sub_client_id disassociates). The difference is shown first; nothing is written to the API without apply, resume or rollback, and these
ask, or need --yes where nobody can be asked.

The key comes from DAKOTA_API_KEY, DAKOTA_API_KEY_FILE or DAKOTA_API_KEY_COMMAND. The account is the sandbox unless
--environment production is given. Every flag can also be set as DAKOTA_RECONCILE_<FLAG> or in a config file.

Exit codes: 0 done, 2 changes pending (plan --detailed-exitcode), 3 some rows need a look, 4 refused by a guard or a lock,
5 invalid input, 6 key or configuration, 7 stopped early and resumable, 64 wrong usage, 130 and 143 interrupted, 1 anything else.`
