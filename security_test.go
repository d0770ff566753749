package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"dakota-reconcile/dakota/dakotatest"
)

// leakKey is distinctive, and has characters that are written otherwise in addresses and in JSON.
const leakKey = "dk_s3cr3t/Distinctive+Key=="

// traced is a folder in which commands run against an account, and everything that they leave behind.
type traced struct {
	t       *testing.T
	dir     string
	env     []string
	streams bytes.Buffer
}

// trace serves an account whose answers carry secrets: a token in each application_url, answers cut off in the middle of
// one, and errors that repeat the key.
func trace(t *testing.T) (*traced, *dakotatest.Server) {
	t.Helper()
	server := &dakotatest.Server{Keys: []string{leakKey}, Quota: dakotatest.Quota{Limit: 100000}}
	server.Seed(dakotatest.SeedOptions{Seed: 3, Customers: 300, SubClients: 4, Unassociated: 0.1, HostileNames: true})
	said := fmt.Sprintf(`the key %s may not do this, %s neither`, leakKey, url.QueryEscape(leakKey))
	server.Faults = dakotatest.First(
		dakotatest.Only(dakotatest.Every(17, dakotatest.Fault{Status: 400, Body: `{"title":"no","detail":"` + said + `"}`, ContentType: "application/problem+json"}), dakotatest.Patch),
		dakotatest.Only(dakotatest.Every(11, dakotatest.Fault{Status: 502, Body: "<html>" + said + "</html>"}), dakotatest.Patch),
		dakotatest.Only(dakotatest.Every(13, dakotatest.Fault{Truncate: true}), dakotatest.Patch),
		dakotatest.Only(dakotatest.Every(19, dakotatest.Fault{Garble: true}), dakotatest.Patch),
	)
	base, stop, err := server.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop() })
	return &traced{t: t, dir: t.TempDir(), env: []string{"DAKOTA_BASE_URL=" + base, "DAKOTA_RECONCILE_LOG_LEVEL=debug"}}, server
}

// run runs a command as a process of its own and keeps what it prints. The command may end with any of the documented codes but 1 and 64.
func (x *traced) run(env []string, args ...string) {
	x.t.Helper()
	cmd := exec.Command("dakota-reconcile", args...)
	cmd.Dir = x.dir
	cmd.Env = append(append(os.Environ(), "HOME="+x.dir, "XDG_STATE_HOME="+filepath.Join(x.dir, "state"), "XDG_CONFIG_HOME="+x.dir,
		"TMPDIR="+filepath.Join(x.dir, "tmp")), append(x.env, env...)...)
	cmd.Stdout, cmd.Stderr = &x.streams, &x.streams
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && (exit.ExitCode() == 1 || exit.ExitCode() == 64) || err != nil && exit == nil {
		x.t.Fatalf("%v: %v\n%s", args, err, x.streams.String())
	}
}

// everything that a traced session does: each command, each kind of report, each way to give the key.
func (x *traced) session() {
	x.t.Helper()
	x.write("key", leakKey+"\n")
	x.write("badkey", leakKey+"x\n")
	file, variable, command := "DAKOTA_API_KEY_FILE="+x.path("key"), "DAKOTA_API_KEY="+leakKey, "DAKOTA_API_KEY_COMMAND=cat "+x.path("key")
	reports := func(name string) []string {
		var flags []string
		for _, ending := range []string{".csv", ".xlsx", ".html", ".jsonl", ".md", ".xml"} {
			flags = append(flags, "--report", name+ending)
		}
		return append(flags, "--metrics-file", name+".prom")
	}
	x.run([]string{variable}, "export", "today.xlsx")
	x.run([]string{command}, append([]string{"validate", "partners.csv"}, reports("validate")...)...)
	x.run([]string{file}, append([]string{"plan", "partners.csv", "--verbose", "--json"}, reports("plan")...)...)
	x.run([]string{file}, append([]string{"apply", "partners.csv", "--yes", "--max-requests", "30", "--rejects", "left.csv"}, reports("apply")...)...)
	x.run([]string{variable}, append([]string{"resume", "--yes", "--json", "--rejects", "left.xlsx", "--rate", "0"}, reports("resume")...)...)
	x.run([]string{command}, append([]string{"rollback", "--yes", "--max-disassociate", "100%"}, reports("rollback")...)...)
	x.run([]string{variable}, "apply", "today.xlsx", "--yes")
	x.run([]string{variable}, "runs", "list", "--json")
	x.run([]string{variable}, "plan", "partners.csv", "--show-config")
	x.run([]string{"DAKOTA_API_KEY_FILE=" + x.path("badkey")}, "plan", "partners.csv")
	x.run([]string{"DAKOTA_API_KEY=" + leakKey + "\nwith a line break"}, "plan", "partners.csv")
	x.run([]string{"DAKOTA_API_KEY_COMMAND=echo " + leakKey + "; exit 3"}, "plan", "partners.csv")
	for _, name := range []string{"key", "badkey"} {
		if err := os.Remove(x.path(name)); err != nil {
			x.t.Fatal(err)
		}
	}
}

func (x *traced) path(name string) string { return filepath.Join(x.dir, name) }

func (x *traced) write(name, text string) {
	x.t.Helper()
	if err := os.WriteFile(x.path(name), []byte(text), 0o600); err != nil {
		x.t.Fatal(err)
	}
}

// forms are the ways in which a secret may be written.
func forms(secret string) []string {
	return []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), strings.ReplaceAll(secret, "/", `\/`), strings.ReplaceAll(secret, "+", "&#43;"),
		strings.ReplaceAll(secret, "+", `\u002b`), strings.ReplaceAll(secret, "=", `\u003d`), base64.StdEncoding.EncodeToString([]byte(secret))[:24],
		hex.EncodeToString([]byte(secret)),
	}
}

// search looks for secrets in a text, and in what is packed in it.
func (x *traced) search(where string, text []byte) {
	x.t.Helper()
	for _, f := range append(forms(leakKey), dakotatest.SecretMark) {
		if i := bytes.Index(text, []byte(f)); i >= 0 {
			x.t.Errorf("%s holds the secret %q: …%s…", where, f, text[max(0, i-60):min(len(text), i+60)])
		}
	}
	if z, err := zip.NewReader(bytes.NewReader(text), int64(len(text))); err == nil {
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				x.t.Fatal(err)
			}
			part, err := io.ReadAll(r)
			if err != nil {
				x.t.Fatal(err)
			}
			x.search(where+"!"+f.Name, part)
		}
	}
	// The ledger keeps workbooks as gzip. SQLite may part them, so this sees those of one page; the test of the columns sees the rest.
	if i := bytes.Index(text, []byte{0x1f, 0x8b, 8}); i >= 0 && !strings.HasSuffix(where, "#gzip") {
		if g, err := gzip.NewReader(bytes.NewReader(text[i:])); err == nil {
			part, _ := io.ReadAll(g)
			x.search(where+"#gzip", part)
		}
	}
}

func TestTracedRunsLeaveNoSecretBehind(t *testing.T) {
	x, server := trace(t)
	if err := os.Mkdir(x.path("tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	sheet := everyThirdMoved(server)
	someone := sheet[3][0]
	writeSheet(t, x.path("partners.csv"), sheet)
	x.session()

	counts := server.Counts()
	if counts.Patch < 100 || counts.List < 5 {
		t.Fatalf("the session did too little to prove anything: %+v\n%s", counts, x.streams.String())
	}
	answersCarryTokens(t, x.env[0])
	x.search("stdout and stderr", x.streams.Bytes())
	kept := 0
	err := filepath.WalkDir(x.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		kept++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(x.dir, path)
		x.search(name, text)
		i, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if filepath.Ext(name) == ".prom" {
			want = 0o644 // node_exporter is another user; so no customer may be in it
			if bytes.Contains(text, []byte(someone)) {
				t.Errorf("%s names the customer %s, and everybody can read it", name, someone)
			}
		}
		if i.Mode().Perm() != want {
			t.Errorf("%s has mode %04o, want %04o", name, i.Mode().Perm(), want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if kept < 35 {
		t.Errorf("only %d files were left behind: not every report was written", kept)
	}
	for _, dir := range []string{"state", "state/dakota-reconcile", "state/dakota-reconcile/locks"} {
		if i, err := os.Stat(x.path(dir)); err != nil || i.Mode().Perm() != 0o700 {
			t.Errorf("the folder %s has mode %v, want 0700 (%v)", dir, i.Mode(), err)
		}
	}
	if left, err := os.ReadDir(x.path("tmp")); err != nil || len(left) > 0 {
		t.Errorf("temporary files are left: %v (%v)", left, err)
	}
	for _, pattern := range []string{".*", "*.tmp*", "*.prom?*"} {
		if left, _ := filepath.Glob(x.path(pattern)); len(left) > 0 {
			t.Errorf("temporary files are left beside the reports: %v", left)
		}
	}
}

// everyThirdMoved is a sheet of all customers, every third of them somewhere else than now.
func everyThirdMoved(server *dakotatest.Server) [][]string {
	var subClients []string
	rows := [][]string{{"customer_id", "sub_client_id", "note"}}
	for _, c := range server.Customers() {
		switch {
		case c.IsSubClient:
			subClients = append(subClients, c.ID)
		case len(rows)%3 != 0:
			rows = append(rows, []string{c.ID, c.SubClientID, "as it is"})
		default:
			rows = append(rows, []string{c.ID, "", "elsewhere"})
		}
	}
	for i, row := range rows {
		if row[2] == "elsewhere" && i%12 != 0 {
			row[1] = subClients[i%len(subClients)]
		}
	}
	return rows
}

// answersCarryTokens makes sure that there was something to leak.
func answersCarryTokens(t *testing.T, base string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, strings.TrimPrefix(base, "DAKOTA_BASE_URL=")+"/customers?limit=100", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Api-Key", leakKey)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || !bytes.Contains(body, []byte(dakotatest.SecretMark)) {
		t.Fatalf("the simulated answers carry no tokens, so the test proves nothing (%v): %.200s", err, body)
	}
}
