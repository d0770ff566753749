package ledger_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dakota-reconcile/ledger"
	"dakota-reconcile/reconcile"
)

// history records five runs, a day apart each, and returns the ledger: finished, stopped and resumable, killed, a plan, another account's.
func history(t *testing.T) *ledger.Ledger {
	t.Helper()
	l := open(t)
	for i, tt := range []struct {
		id     string
		change func(*reconcile.Run)
		finish bool
	}{
		{"done", func(*reconcile.Run) {}, true},
		{"stopped", func(r *reconcile.Run) { r.Resumable, r.Stopped, r.ExitCode = true, "the deadline", 7 }, true},
		{"killed", func(*reconcile.Run) {}, false},
		{"plan", func(r *reconcile.Run) { r.Command = "plan" }, false},
		{"other", func(r *reconcile.Run) { r.Account = "other" }, false},
	} {
		run := planned(tt.id, 3)
		run.Started = at.AddDate(0, 0, i)
		tt.change(&run)
		r, err := l.Begin(t.Context(), run, []byte("workbook of "+tt.id))
		if err != nil {
			t.Fatal(err)
		}
		if tt.finish {
			run.Finished = run.Started.Add(time.Hour)
			run.Results[0] = applied(run.Results[0], 1)
			err = r.Finish(t.Context(), run)
		} else {
			if err = r.Intend(t.Context(), reconcile.Intent{Row: 1, Attempt: 1}); err == nil {
				err = r.Close()
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func ids(t *testing.T, l *ledger.Ledger) []string {
	t.Helper()
	hs, err := l.Runs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, h := range hs {
		ids = append(ids, h.ID)
	}
	return ids
}

func TestRunsListsTheNewestFirst(t *testing.T) {
	l := history(t)
	hs, err := l.Runs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	type line struct {
		ID         string
		Unfinished bool
		Rows       int
		Counts     map[reconcile.Status]int
	}
	var got []line
	for _, h := range hs {
		got = append(got, line{h.ID, h.Unfinished(), h.Rows, h.Counts})
	}
	killed := map[reconcile.Status]int{reconcile.InDoubt: 1, reconcile.Planned: 2}
	ended := map[reconcile.Status]int{reconcile.Applied: 1, reconcile.Planned: 2}
	want := []line{
		{"other", true, 3, killed},
		{"plan", false, 3, map[reconcile.Status]int{reconcile.Planned: 3}},
		{"killed", true, 3, killed},
		{"stopped", true, 3, ended},
		{"done", false, 3, ended},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := cmp.Diff(planned("", 0).Bill.Window, hs[0].Bill.Window); d != "" {
		t.Errorf("the header lacks its bill: %s", d)
	}
}

func TestLatestFindsTheUnfinishedRun(t *testing.T) {
	l := history(t)
	for account, want := range map[string]string{"": "other", "other": "other", "0a1b2c": "killed", "unknown": ""} {
		h, err := l.Latest(t.Context(), account)
		if want == "" && !errors.Is(err, ledger.ErrNoRun) || want != "" && (err != nil || h.ID != want) {
			t.Errorf("account %q: want %q, got %q, %v", account, want, h.ID, err)
		}
	}
}

func TestPruneKeepsWhatCanBeResumed(t *testing.T) {
	l := history(t)
	later := at.AddDate(1, 0, 0)
	for _, step := range []struct {
		name  string
		prune func() (int, error)
		want  []string
	}{
		{"nothing is older", func() (int, error) { return l.Prune(t.Context(), at) }, []string{"other", "plan", "killed", "stopped", "done"}},
		{"a run is older by a millisecond", func() (int, error) { return l.Prune(t.Context(), at.Add(time.Millisecond)) }, []string{"other", "plan", "killed", "stopped"}},
		{"all are older", func() (int, error) { return l.Prune(t.Context(), later) }, []string{"other", "killed", "stopped"}},
		{"unfinished ones, too", func() (int, error) { return l.PruneUnfinished(t.Context(), at.AddDate(0, 0, 3)) }, []string{"other"}},
	} {
		before := len(ids(t, l))
		n, err := step.prune()
		got := ids(t, l)
		if err != nil || n != before-len(got) {
			t.Errorf("%s: %d deleted, %v", step.name, n, err)
		}
		if d := cmp.Diff(step.want, got); d != "" {
			t.Errorf("%s (-want +left):\n%s", step.name, d)
		}
	}
	run, original, err := l.Load(t.Context(), "other")
	if err != nil || len(run.Results) != 3 || run.Results[1].Status != reconcile.InDoubt || string(original) != "workbook of other" {
		t.Errorf("the run that is left has suffered: %v, %q, %v", run.Results, original, err)
	}
	if _, _, err := l.Load(t.Context(), "done"); !errors.Is(err, ledger.ErrNoRun) {
		t.Errorf("a pruned run is loaded: %v", err)
	}
}

func TestPruneGivesTheSpaceBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := openAt(t, path)
	run := planned("r1", 800)
	run.Finished = at
	if err := begin(t, l, run).Finish(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	if n, err := l.Prune(t.Context(), at.Add(time.Hour)); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if s := size(t, path) + size(t, path+"-wal"); s > 100_000 {
		t.Errorf("an empty ledger has %d bytes", s)
	}
}

func TestOneWorkbookIsStoredOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := openAt(t, path)
	book := bytes.Repeat([]byte("PK workbook "), 10_000)
	for i := range 3 {
		if _, err := l.Begin(t.Context(), planned(fmt.Sprint("r", i), 1), book); err != nil {
			t.Fatal(err)
		}
	}
	begin(t, l, planned("csv", 1))
	for id, want := range map[string][]byte{"r0": book, "r2": book, "csv": nil} {
		if _, got, err := l.Load(t.Context(), id); err != nil || !bytes.Equal(got, want) {
			t.Errorf("run %s: %d bytes of %d, %v", id, len(got), len(want), err)
		}
	}
	query(t, path, "SELECT count(*), max(size), max(length(gzip)) < 1000 FROM originals", "1|120000|1")
}

func TestADamagedWorkbookIsNotGivenBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := openAt(t, path)
	for i, harm := range []string{"gzip = x'00'", "gzip = (SELECT gzip FROM originals WHERE size = 3)", "size = 1"} {
		id := fmt.Sprint("r", i)
		if _, err := l.Begin(t.Context(), planned(id, 1), []byte("workbook "+id)); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Begin(t.Context(), planned(id+" other", 1), []byte("abc")); err != nil {
			t.Fatal(err)
		}
		script("UPDATE originals SET "+harm+" WHERE sha256 = (SELECT original_sha256 FROM runs WHERE run_id = '"+id+"')")(t, path)
		if _, _, err := l.Load(t.Context(), id); !errors.Is(err, ledger.ErrDamaged) {
			t.Errorf("%s: want ErrDamaged, got %v", harm, err)
		}
	}
}

// TestPeopleCanAskWithSQL guards the names that queries of users rely on.
func TestPeopleCanAskWithSQL(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := openAt(t, path)
	run := planned("r1", 2)
	r := begin(t, l, run)
	if err := r.Intend(t.Context(), reconcile.Intent{Row: 1, Attempt: 1}); err != nil {
		t.Fatal(err)
	}
	run.Results[1] = applied(run.Results[1], 1)
	run.Finished, run.Source.Columns = at.Add(time.Hour), []string{"<note>"}
	if err := r.Finish(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	query(t, path, "SELECT run_id, command, environment, account, started_at, finished_at, exit_code, rows, counts->>'applied', requests->>'patch', source->>'$.columns[0]' FROM runs",
		"r1|apply|sandbox|0a1b2c|2026-11-22T08:30:00.123Z|2026-11-22T09:30:00.123Z|0|2|1|0|<note>")
	query(t, path, "SELECT row, customer_id, customer_name, sub_client_id, sub_client_name, previous_sub_client_id, previous_sub_client_name, action, status, "+
		"kyb_status, http_status, error_code, error, request_id, attempts, finished_at, further->>0, position FROM rows WHERE run_id = 'r1' AND status = 'applied'",
		"3|"+key("C", 1)+"|Müller & Söhne|"+key("S", 1)+"|Acme|||associate|applied|active|200|||req-1|1|2026-11-22T08:31:00.123Z|a note|1")
	query(t, path, "SELECT count(*) FROM attempts JOIN rows ON rows.id = attempts.row_id WHERE attempt = 1 AND intended_at IS NOT NULL AND concluded_at IS NOT NULL", "1")
}

// query compares the first line of an answer with what is wanted.
func query(t *testing.T, path, q, want string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	rows, err := db.Query(q)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil || !rows.Next() {
		t.Fatal("no answer:", err, rows.Err())
	}
	values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	if err := rows.Scan(into...); err != nil {
		t.Fatal(err)
	}
	got := ""
	for i, v := range values {
		if i > 0 {
			got += "|"
		}
		got += v.String
	}
	if got != want {
		t.Errorf("%s\n got %s\nwant %s", q, got, want)
	}
}
