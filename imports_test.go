package main

import (
	"bytes"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "dakota-reconcile"

// directions says which packages of ours each package may import: data flows one way, spreadsheet to report. A package that is missing
// here is a mistake: whoever adds one says where it stands.
var directions = map[string][]string{
	".":                 {"cli"},
	"cli":               {"dakota", "dakota/dakotatest", "input", "ledger", "reconcile", "report"},
	"input":             {"reconcile"},
	"reconcile":         {"dakota"},
	"dakota":            {},
	"dakota/dakotatest": {}, // a second, independent reading of the API's contract: it never imports dakota, not even in a test
	"ledger":            {"reconcile"},
	"report":            {"reconcile"},
}

// homes says which packages may import a module of others. Tests may import testing modules and whatever the code may.
var homes = map[string][]string{
	"github.com/cenkalti/backoff":         {"dakota", "reconcile"},
	"github.com/gocarina/gocsv":           {"input", "report"},
	"github.com/gofrs/flock":              {"ledger"},
	"github.com/google/renameio":          {"report"},
	"github.com/jedib0t/go-pretty":        {"cli"},
	"github.com/pressly/goose":            {"ledger"},
	"github.com/prometheus/client_golang": {"report"},
	"github.com/rs/zerolog":               {"cli"},
	"github.com/segmentio/ksuid":          {"dakota/dakotatest", "input", "reconcile"},
	"github.com/spf13/cobra":              {"cli"},
	"github.com/spf13/pflag":              {"cli"},
	"github.com/vbauerster/mpb":           {"cli"},
	"github.com/xuri/excelize":            {"input", "report"},
	"golang.org/x/sync":                   {"reconcile"},
	"golang.org/x/term":                   {"cli"},
	"golang.org/x/text":                   {"input"},
	"golang.org/x/time":                   {"dakota"},
	"gopkg.in/yaml.v3":                    {"cli"},
	"modernc.org/sqlite":                  {"ledger"},

	// Only tests.
	"github.com/getkin/kin-openapi":   {},
	"github.com/google/go-cmp":        {},
	"github.com/rogpeppe/go-internal": {},
	"go.uber.org/goleak":              {},
	"pgregory.net/rapid":              {},
}

// source is one Go file of the module.
type source struct {
	path    string // from the root, with slashes
	dir     string
	test    bool
	imports []string
}

// sources parses the import declarations of every Go file of the module.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	for _, path := range files(t, ".go") {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		s := source{path: path, dir: slashDir(path), test: strings.HasSuffix(path, "_test.go")}
		for _, i := range f.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			s.imports = append(s.imports, p)
		}
		all = append(all, s)
	}
	if len(all) < 20 {
		t.Fatalf("found only %d Go files: the tests look in the wrong folder", len(all))
	}
	return all
}

// files lists the files of the repository whose names end so, from the root, with slashes; not what a build or a demo left there.
func files(t *testing.T, endings ...string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if slices.Contains([]string{".git", "dist", "demo"}, path) {
				return filepath.SkipDir
			}
			return nil
		}
		if slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(path, e) }) {
			found = append(found, filepath.ToSlash(path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func slashDir(path string) string { return filepath.ToSlash(filepath.Dir(path)) }

func TestPackagesImportInOneDirection(t *testing.T) {
	for _, s := range sources(t) {
		allowed, known := directions[s.dir]
		if !known {
			t.Errorf("%s: package %s has no place in the table of directions", s.path, s.dir)
			continue
		}
		for _, i := range s.imports {
			ours, ok := strings.CutPrefix(i, module+"/")
			switch {
			case !ok || ours == s.dir:
			case s.test && !neverTogether(s.dir, ours): // tests may look around
			case !slices.Contains(allowed, ours):
				t.Errorf("%s imports %s; package %s may import %v", s.path, ours, s.dir, allowed)
			}
		}
	}
}

// neverTogether is the import that even a test may not make: the fake must stay independent of the client.
func neverTogether(dir, ours string) bool { return dir == "dakota/dakotatest" && ours == "dakota" }

func TestEachDependencyHasOneHome(t *testing.T) {
	used := map[string]bool{}
	for _, s := range sources(t) {
		for _, i := range s.imports {
			if !strings.Contains(strings.Split(i, "/")[0], ".") || strings.HasPrefix(i, module+"/") {
				continue
			}
			name, dirs, ok := homeOf(i)
			used[name] = true
			switch {
			case !ok:
				t.Errorf("%s imports %s, which has no home in the table", s.path, i)
			case !s.test && !slices.Contains(dirs, s.dir):
				t.Errorf("%s imports %s, whose home is %v", s.path, i, dirs)
			}
		}
	}
	for _, m := range requirements(t) {
		if name, _, ok := homeOf(m); !ok || !used[name] {
			t.Errorf("go.mod requires %s, which has no home here or is imported nowhere", m)
		}
	}
}

// requirements are the modules that go.mod requires for our own imports.
func requirements(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) == 2 && strings.HasPrefix(f[1], "v") && strings.Contains(f[0], ".") {
			paths = append(paths, f[0])
		}
	}
	if len(paths) < 10 {
		t.Fatalf("found only %d direct requirements in go.mod", len(paths))
	}
	return paths
}

// homeOf finds the module of an import path and the packages that may import it.
func homeOf(path string) (string, []string, bool) {
	for name, dirs := range homes {
		if path == name || strings.HasPrefix(path, name+"/") {
			return name, dirs, true
		}
	}
	return "", nil, false
}

func TestSQLIsSpokenOnlyInTheLedger(t *testing.T) {
	for _, s := range sources(t) {
		if !s.test && slices.Contains(s.imports, "database/sql") && s.dir != "ledger" {
			t.Errorf("%s imports database/sql, whose home is the ledger", s.path)
		}
	}
}

func TestLibrariesLeaveTheProcessAlone(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || s.dir == "." || s.dir == "cli" {
			continue
		}
		text, err := os.ReadFile(s.path)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range []string{"os.Exit(", "os.Stdout", "os.Stderr", "fmt.Print(", "fmt.Printf(", "fmt.Println(", "signal.Notify("} {
			if bytes.Contains(text, []byte(call)) {
				t.Errorf("%s uses %s: only cli shows anything or ends the process", s.path, call)
			}
		}
	}
}

func TestMainStaysSmall(t *testing.T) {
	text, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte("\n")); n > 40 {
		t.Errorf("main.go has %d lines: more than 40 belong to cli", n)
	}
}

func TestRepositoryStandsAlone(t *testing.T) {
	// A clone has nothing beside it and is built on other machines than ours.
	outside := []string{".." + "/shared", "/work" + "/", "/root" + "/"}
	for _, path := range files(t, ".go", ".md", ".yml", ".yaml", ".txtar", ".txt", ".mod", ".sh", ".sql", ".service", ".timer", "Makefile", "Dockerfile", "crontab", "/run") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range outside {
			if bytes.Contains(text, []byte(o)) {
				t.Errorf("%s names %s, which a clone does not have", path, o)
			}
		}
	}
}
