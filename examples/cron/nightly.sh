#!/bin/sh
# Makes the account match SHEET and keeps the night's reports and log in FOLDER. Prints nothing when all is well, so that cron mails
# nothing; otherwise prints what to do and the end of the log. Its exit code is dakota-reconcile's.
#
# usage: nightly.sh SHEET FOLDER

set -u
umask 077

if [ $# -ne 2 ]; then
	echo "usage: nightly.sh SHEET FOLDER" >&2
	exit 64
fi
sheet=$1
folder=$2
night=$folder/$(date +%Y-%m-%dT%H%M%S)
# node_exporter reads the counts: name a file in its textfile folder.
metrics=${METRICS_FILE:-$folder/dakota_reconcile.prom}

mkdir -p "$folder" || exit 1

# Three and a half hours are about 12,000 requests of a key that has 60 a minute. What is left then, the next night does.
dakota-reconcile apply "$sheet" --yes --deadline 3h30m \
	--report "$night.html" --report "$night.csv" --rejects "$night.rejects.csv" \
	--metrics-file "$metrics" \
	--log-format json >"$night.log" 2>&1
code=$?

case $code in
0) exit 0 ;;
3) advice="Some rows are not as the sheet wants them. The report says why; $night.rejects.csv holds just those rows." ;;
4) advice="Refused, and nothing was changed: the plan is unusual, or another run is at work. The log names the flag that permits it." ;;
5) advice="The sheet has mistakes, and nothing was sent. The log names each cell." ;;
6) advice="The key, a permission or the configuration is wrong." ;;
7) advice="Stopped early. The next night goes on; to go on now: dakota-reconcile resume --yes" ;;
64) advice="The command line is wrong: compare nightly.sh with dakota-reconcile help apply." ;;
130 | 143) advice="Interrupted. The next night goes on; to go on now: dakota-reconcile resume --yes" ;;
*) advice="This should not happen. Keep the log." ;;
esac

echo "dakota-reconcile ended with exit code $code."
echo "$advice"
echo "Reports and log: $night.*"
echo
tail -n 40 "$night.log"
exit "$code"
